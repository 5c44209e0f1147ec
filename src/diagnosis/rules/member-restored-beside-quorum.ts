import type { Rule } from '../rule.js';
import { both, ran, says, severalMembers } from '../signs/index.js';

/** One member was restored from a snapshot beside a living quorum. */
export const memberRestoredBesideQuorum: Rule = {
  id: 'member-restored-beside-quorum',
  role: 'after-effect',
  proves: [both(severalMembers, ran(/snapshot\s+restore\b/), says('etcd.cluster-id-mismatch', 'etcd.wal-out-of-range'))],
  decide: ['history', 'members'],
  source: 'cause 20; field notes 5',
};
