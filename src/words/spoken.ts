import type { Language } from './catalogue.js';

let spoken: readonly Language[] = ['en', 'zh-CN'];

/**
 * Says that this process will speak one language only, so that the words of others need not be loaded:
 * a fifth of the start of a short command. Has no effect once the catalogues are there.
 */
export function speakOnly(language: Language): void {
  spoken = [language];
}

/** The languages whose words are to be loaded. */
export const spokenLanguages = (): readonly Language[] => spoken;
