import type { Area, Language } from './catalogue.js';

let only: { readonly language: Language; readonly areas: readonly Area[] | undefined } | null = null;

/**
 * Says that this process will speak one language only, and of its areas only these where they are named, so that
 * other words need not be loaded: a third of the start of a short command. Has no effect once the catalogues are there.
 */
export function speakOnly(language: Language, areas?: readonly Area[]): void {
  only = { language, areas };
}

/** Whether the words of an area are to be loaded. */
export const isSpoken = (language: Language, area: Area): boolean => only === null || (only.language === language && (only.areas?.includes(area) ?? true));
