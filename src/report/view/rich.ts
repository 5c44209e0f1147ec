import type { Basis } from '../../case/model.js';
import { catalogues } from '../../words/areas.js';
import type { Language } from '../../words/catalogue.js';
import { fill } from '../../words/fill.js';
import { escapeMarkdown, markdownCode } from '../escape/markdown.js';

/** One piece of a sentence. Texts are plain: each sink escapes them in its own way. */
export type Run =
  | { readonly text: string }
  | { readonly strong: string }
  | { readonly code: string }
  /** Evidence mark, `E7`. */
  | { readonly cite: string; readonly basis: Basis };

export type Rich = readonly Run[];

export const plain = (text: string): Rich => [{ text }];
export const code = (text: string): Rich => [{ code: text }];
export const strong = (text: string): Rich => [{ strong: text }];

/** Several pieces as one, with a separator between them. */
export function joined(parts: readonly Rich[], separator = ' '): Rich {
  return parts.flatMap((part, i) => (i === 0 || separator === '' ? part : [{ text: separator }, ...part]));
}

/**
 * A sentence of the catalogues with its two marks, `**strong**` and `` `code` ``. The marks are read
 * before the values are put in: a value that looks like a mark stays text.
 */
export function sentence(language: Language, key: string, params: Readonly<Record<string, string | number>> = {}): Rich {
  const pattern = catalogues[language][key] ?? key;
  return pattern.split(/(\*\*[^*]+\*\*|`[^`]+`)/).filter((part) => part !== '').map((part): Run => {
    if (part.startsWith('**')) return { strong: fill(part.slice(2, -2), params) };
    if (part.startsWith('`')) return { code: fill(part.slice(1, -1), params) };
    return { text: fill(part, params) };
  });
}

/** The words alone. */
export function richPlain(rich: Rich): string {
  return rich.map((run) => ('text' in run ? run.text : 'strong' in run ? run.strong : 'code' in run ? run.code : '')).join('');
}

const punctuation = /[\p{P}\p{S}]/u;
const word = /[^\s\p{P}\p{S}]/u;

/** CommonMark does not see `**x。**y` as strong: such runs use the HTML element, which GitHub shows too. */
function strongMarkdown(text: string, before: string, after: string): string {
  const escaped = escapeMarkdown(text);
  const first = text[0] ?? ' ';
  const last = text[text.length - 1] ?? ' ';
  const closed = (punctuation.test(first) && word.test(before)) || (punctuation.test(last) && word.test(after)) || text.trim() !== text;
  return closed ? `<strong>${escaped}</strong>` : `**${escaped}**`;
}

/** Markdown of one line. `inTable`: bars inside code are escaped for GitHub's tables. */
export function richMarkdown(rich: Rich, inTable = false): string {
  return rich.map((run, i) => {
    if ('text' in run) return escapeMarkdown(run.text, i === 0);
    if ('code' in run) return markdownCode(run.code, inTable);
    if ('cite' in run) return `[${run.cite}](#${run.cite.toLowerCase()})`;
    const before = richPlain(rich.slice(Math.max(0, i - 1), i)).slice(-1);
    const after = richPlain(rich.slice(i + 1, i + 2)).slice(0, 1);
    return strongMarkdown(run.strong, before, after);
  }).join('');
}
