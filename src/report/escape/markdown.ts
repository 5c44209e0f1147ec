import { visible } from './html.js';

/**
 * Text inside a paragraph, list item, heading or table cell of Markdown (CommonMark and GitHub's
 * tables): no character of it can start a mark, a link, an automatic link or HTML, and it stays on one line.
 * `startsLine`: also nothing that makes a list, heading or rule at the start of a line.
 */
export function escapeMarkdown(text: string, startsLine = true): string {
  const inline = visible(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c)
    .replace(/[\\`*{}[\]|~@$]|!$|_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_/gu, '\\$&')
    .replace(/:(?=\/\/)/g, ':\\')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}\\.`);
  return startsLine ? inline.replace(/(?<=^\s*)(?=[-+=#])/, '\\')
    .replace(/(?<=^\s*\d+)(?=[.)](?:\s|$))/, '\\') : inline;
}

/** A run of code inside a line: the fence is longer than any run of back-ticks in the text. */
export function markdownCode(text: string, inTable: boolean): string {
  const line = visible(text).replace(/\s*\n\s*/g, ' ');
  const shown = inTable ? line.replace(/\|/g, '\\|') : line;
  if (shown.trim() === '') return escapeMarkdown(shown);
  const fence = '`'.repeat(1 + longestRun(shown));
  const pad = /^`|`$|^ .* $/.test(shown) || fence.length > 1 ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A fenced block whose fence cannot end inside the text. */
export function markdownBlock(text: string, language = ''): string {
  const shown = visible(text);
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(shown)));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
