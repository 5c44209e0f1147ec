import type { Draft, DraftCandidate } from '../case/draft.js';
import { removedHosts } from '../case/removed-members.js';
import { permanentlyRemoved } from '../etcd/boot/words.js';

/**
 * The directory of a member that was taken out of its cluster, by its own log or the log of its host: it can neither be
 * started nor made a cluster of its own (`--force-new-cluster` ends with `removed all voters`), and the others went on.
 */
export function wasRemoved({ candidate, boot }: DraftCandidate, draft: Draft): boolean {
  if (candidate.kind !== 'data-dir') return false;
  return boot?.message === permanentlyRemoved || (candidate.host !== null && removedHosts(draft.facts).has(candidate.host));
}
