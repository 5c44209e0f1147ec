import type { Draft, DraftCandidate } from '../case/draft.js';
import { middle } from '../time/interval.js';

/** Content that is dated this much later is later, whatever its revision: a restore takes revisions back. */
export const laterMs = 120_000;

/**
 * When the newest write of a candidate was made, by the values themselves; null where only names and
 * file times speak, which lie when a backup is frozen or copied.
 */
export function contentTime(one: DraftCandidate, draft: Draft): number | null {
  if (draft.clock?.quality !== 'renewals' || one.candidate.revision === null) return null;
  return one.candidate.takenAtBasis.some((basis) => basis.what === 'content') ? middle(one.taken) : null;
}
