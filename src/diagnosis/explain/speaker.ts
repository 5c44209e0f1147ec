import type { LogSource } from '../../artifacts/fact.js';
import { parseLogLine } from '../../artifacts/logs/timestamp.js';
import { sourceOf } from '../../artifacts/logs/source.js';

/** The program that a pasted line comes from, by its prefix or form; null when neither tells. */
export function programOf(line: string): LogSource | null {
  const { outer, inner } = parseLogLine(line.slice(0, 16 * 1024));
  const source = sourceOf(outer.ident, outer.unit, inner, null);
  return source === 'other' ? null : source;
}
