import type { Rule } from '../rule.js';
import { says, wouldDie } from '../signs/index.js';

/** Rows of the key space contradict each other: index and database differ. */
export const mvccInconsistent: Rule = {
  id: 'mvcc-inconsistent',
  role: 'damage',
  proves: [says('etcd.mvcc-inconsistent')],
  likely: [says('stack.mvcc-row'), wouldDie('etcd.mvcc-inconsistent')],
  decide: ['data-dir'],
  source: 'formats 7.4; field notes 1',
};
