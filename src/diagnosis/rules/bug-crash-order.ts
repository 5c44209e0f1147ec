import type { Rule } from '../rule.js';
import { affected, bootWithoutShutdown, both, either, journalBreaksOff, says } from '../signs/index.js';

/** etcd 3.4.0–3.4.7 may leave log, raft snapshot and database inconsistent when it crashes (fixed in 3.4.8). */
export const bugCrashOrder: Rule = {
  id: 'bug-crash-order',
  role: 'contributing',
  proves: [],
  likely: [both(affected('crash-order'), says('etcd.snap-db-mismatch', 'etcd.snap-db-does-not-match'), either(bootWithoutShutdown, journalBreaksOff, says('journald.unclean', 'kernel.oom-etcd')))],
  possible: [both(affected('crash-order'), says('etcd.snap-db-mismatch', 'etcd.snap-db-does-not-match'))],
  decide: ['boots', 'data-dir'],
  versions: '3.4.0–3.4.7',
  source: 'formats 9',
};
