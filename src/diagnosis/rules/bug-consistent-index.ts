import type { Rule } from '../rule.js';
import { affected, bootWithoutShutdown, both, either, says } from '../signs/index.js';

/** etcd 3.5.0–3.5.2 may skip an entry on one member when it is killed or loses power (fixed in 3.5.3). */
export const bugConsistentIndex: Rule = {
  id: 'bug-consistent-index',
  role: 'contributing',
  proves: [],
  likely: [both(affected('consistent-index'), either(says('etcd.corrupt-alarm', 'etcd.mvcc-inconsistent')))],
  possible: [both(affected('consistent-index'), either(bootWithoutShutdown, says('kernel.oom-etcd')))],
  decide: ['endpoint-status'],
  versions: '3.5.0–3.5.2',
  source: 'formats 9',
};
