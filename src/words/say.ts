import { catalogues } from './areas.js';
import type { Language } from './catalogue.js';

/** Fills `{name}` places. An unknown key is a programming error and is shown as the key itself. */
export function say(language: Language, key: string, params: Readonly<Record<string, string | number>> = {}): string {
  const sentence = catalogues[language][key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    return value === undefined ? place : String(value);
  });
}
