import type { Rule } from '../rule.js';
import { says, wouldDie } from '../signs/index.js';

/** The database is older than the newest raft snapshot (.snap): the pair does not fit together any more. */
export const snapDbMismatch: Rule = {
  id: 'snap-db-mismatch',
  role: 'damage',
  proves: [says('etcd.snap-db-mismatch', 'etcd.snap-db-missing-details', 'etcd.snap-db-does-not-match')],
  likely: [says('stack.snap-db'), wouldDie('etcd.snap-db-mismatch', 'etcd.snap-db-missing-details', 'etcd.snap-db-does-not-match')],
  decide: ['data-dir'],
  source: 'cause 3',
};
