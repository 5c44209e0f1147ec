import type { Rule } from '../rule.js';
import { listed, says } from '../signs/index.js';

/** etcd cut a torn end off its log when it started ("repaired WAL"): entries behind the cut are gone, without an error. */
export const walTailCut: Rule = {
  id: 'wal-tail-cut',
  role: 'damage',
  proves: [],
  possible: [says('etcd.wal-repaired')],
  supports: [listed((fact) => /\.wal\.broken$/.test(fact.path))],
  decide: ['data-dir'],
  source: 'observed 2',
};
