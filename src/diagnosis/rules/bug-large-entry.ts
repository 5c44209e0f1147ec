import type { Rule } from '../rule.js';
import { affected, both, says } from '../signs/index.js';

/** etcd 3.4.10+ and 3.5.0–3.5.4 refuse a torn tail or a log entry over 10 MiB at the start ("max entry size limit exceeded"); 3.5.5 and later read it. */
export const bugLargeEntry: Rule = {
  id: 'bug-large-entry',
  role: 'trigger',
  harmsFiles: true,
  proves: [],
  likely: [both(says('etcd.wal-entry-limit'), affected('large-entry'))],
  decide: ['settings', 'data-dir'],
  versions: '3.4.10–3.5.4',
  source: 'formats 9',
};
