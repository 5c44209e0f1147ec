import { quickWaysTo } from './plain-write.js';
import type { StoredWrite } from './survey.js';

/**
 * The revision from which on no write is missing: what was overwritten or deleted before it was compacted away, so that
 * the state at an older revision is no longer whole. Null without any write. Writes come in the order of revisions.
 */
export function wholeHistoryFrom(writes: Iterable<StoredWrite>): bigint | null {
  let from: bigint | null = null;
  let newest = 0n;
  for (const { revision } of quickWaysTo(writes).plain) {
    if (from === null || revision > newest + 1n) from = revision;
    if (revision > newest) newest = revision;
  }
  return from;
}
