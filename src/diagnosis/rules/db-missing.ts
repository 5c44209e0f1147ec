import type { Rule } from '../rule.js';
import { candidate, listed, says, wouldDie } from '../signs/index.js';

/** The database file is missing or empty. */
export const dbMissing: Rule = {
  id: 'db-missing',
  role: 'damage',
  proves: [says('etcd.db-missing'), listed((fact) => /member\/snap\/db$/.test(fact.path) && fact.size === 0), candidate((c) => c.candidate.kind === 'data-dir' && c.snapshot?.verdict === 'empty')],
  likely: [wouldDie('etcd.db-missing')],
  decide: ['data-listing', 'data-dir'],
  source: 'cause 3',
};
