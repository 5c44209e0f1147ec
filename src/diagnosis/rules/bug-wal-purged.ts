import type { Rule } from '../rule.js';
import { affected, both, says } from '../signs/index.js';

/** etcd 3.4.0–3.4.3 could remove log files that it still needed (fixed in 3.4.4). */
export const bugWalPurged: Rule = {
  id: 'bug-wal-purged',
  role: 'trigger',
  harmsFiles: true,
  proves: [],
  likely: [both(says('etcd.wal-missing'), affected('wal-purged'))],
  decide: ['data-listing'],
  versions: '3.4.0–3.4.3',
  source: 'formats 9',
};
