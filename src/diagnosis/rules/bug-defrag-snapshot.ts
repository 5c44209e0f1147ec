import type { Rule } from '../rule.js';
import { affected, both, either, ran, says } from '../signs/index.js';

/** In etcd up to 3.4.37, 3.5.22 and 3.6.4 a defragmentation while the leader sends a whole snapshot may damage the database. */
export const bugDefragSnapshot: Rule = {
  id: 'bug-defrag-snapshot',
  role: 'trigger',
  harmsFiles: true,
  proves: [],
  likely: [both(affected('defrag-snapshot'), either(says('etcd.defrag-start', 'etcd.defrag-finished'), ran(/\bdefrag\b/)), says('etcd.peer-snapshot'), says('etcd.db-freepages', 'etcd.db-page', 'etcd.db-open-invalid', 'etcd.mvcc-inconsistent', 'etcd.corrupt-alarm'))],
  decide: ['etcd-log', 'data-dir'],
  versions: '≤3.4.37, 3.5.0–3.5.22, 3.6.0–3.6.4',
  source: 'formats 9',
};
