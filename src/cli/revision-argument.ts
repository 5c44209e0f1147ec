import { terminalText } from '../report/escape/terminal.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

/** A revision from the command line. Throws a sentence for people. */
export function revisionOf(text: string, language: Language): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new Error(say(language, 'kubernetes.not-a-revision', { text: terminalText(text) }));
  return BigInt(text);
}
