import { visible } from './html.js';

/** A quoted CSS string, for `content:` in the margins of a printed page. */
export function cssString(text: string): string {
  const shown = visible(text).replace(/\s+/g, ' ');
  return `"${shown.replace(/[^ \w.,:;()/+\u00a1-\ud7ff\ue000-\uffff-]/g, (c) => `\\${(c.codePointAt(0) ?? 0).toString(16)} `)}"`;
}
