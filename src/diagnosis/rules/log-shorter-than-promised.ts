import type { Rule } from '../rule.js';
import { says, wouldDie } from '../signs/index.js';

/** The log of a member is shorter than what it had promised (tocommit out of range): acknowledged entries are gone. */
export const logShorterThanPromised: Rule = {
  id: 'log-shorter-than-promised',
  role: 'damage',
  proves: [says('etcd.wal-out-of-range', 'etcd.wal-commit-out-of-range', 'etcd.wal-applied-out-of-range')],
  likely: [says('stack.raft-commit'), wouldDie('etcd.wal-out-of-range', 'etcd.wal-commit-out-of-range', 'etcd.wal-applied-out-of-range')],
  decide: ['history', 'data-dir'],
  source: 'cause 5',
};
