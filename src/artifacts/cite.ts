import type { Place } from './place.js';
import type { Section, TextLine } from './reader.js';
import { maskSecrets } from './secrets.js';

const longest = 400;

/** Makes text safe to show: secrets masked, control characters escaped, at most 400 characters. */
export function shown(text: string): string {
  const cut = text.length > 4 * longest ? text.slice(0, 4 * longest) : text;
  const clean = maskSecrets(cut).replace(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (c) => (c === '\t' ? ' ' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`));
  return clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
}

/** Cites one line of a section. */
export function cite(section: Section, line: TextLine | { readonly number: number; readonly text: string }): Place {
  return { artifact: section.artifact, line: line.number, text: shown(line.text) };
}
