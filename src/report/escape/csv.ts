import { visible } from './html.js';

/**
 * One cell of RFC 4180 CSV. A cell that a spreadsheet would read as a formula gets an apostrophe in
 * front, also behind leading blanks and full-width signs.
 */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const shown = visible(value).replace(/\s*\n\s*/g, ' ');
  const safe = /^[\s\u00a0\u3000]*[=+\-@\t\uff1d\uff0b\uff0d\uff20|%]/u.test(shown) ? `'${shown}` : shown;
  return /[",\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of CSV with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
