import { catalogues } from './areas.js';
import type { Language } from './catalogue.js';
import { fill } from './fill.js';

/** A sentence with its places filled. An unknown key is a programming error and is shown as the key itself. */
export function say(language: Language, key: string, params: Readonly<Record<string, string | number>> = {}): string {
  return fill(catalogues[language][key] ?? key, params);
}
