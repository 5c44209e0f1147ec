import type { Rule } from '../rule.js';
import { byServer, candidate, says, saysWith, wouldDie } from '../signs/index.js';

/** The database file (member/snap/db) is damaged . */
export const dbDamaged: Rule = {
  id: 'db-damaged',
  role: 'damage',
  proves: [saysWith(byServer, 'etcd.db-freepages', 'etcd.db-page', 'etcd.db-fault', 'etcd.db-open-invalid', 'etcd.db-bucket', 'etcd.db-row'), candidate((c) => c.candidate.kind === 'data-dir' && c.snapshot !== null && ['damaged', 'truncated', 'not-bbolt'].includes(c.snapshot.verdict))],
  likely: [wouldDie('etcd.db-freepages', 'etcd.db-page', 'etcd.db-fault', 'etcd.db-open-invalid', 'etcd.db-bucket', 'etcd.db-row', 'stack.out-of-range'), saysWith(byServer, 'stack.db-freepages', 'stack.db-open', 'stack.out-of-range'), candidate((c) => c.candidate.kind === 'db-file' && /(?:^|\/|-)(?:member.*db|snap.*db|db)$/.test(c.candidate.path) && ['damaged', 'truncated'].includes(c.candidate.verdict))],
  possible: [says('tool.db-open-invalid')],
  supports: [saysWith(byServer, 'stack.db-freepages', 'stack.db-open', 'stack.out-of-range')],
  decide: ['data-dir', 'etcd-log'],
  source: 'cause 2',
};
