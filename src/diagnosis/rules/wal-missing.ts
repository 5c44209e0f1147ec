import type { Rule } from '../rule.js';
import { byServer, saysWith, wouldDie } from '../signs/index.js';

/** Log segments are missing in member/wal. */
export const walMissing: Rule = {
  id: 'wal-missing',
  role: 'damage',
  proves: [saysWith(byServer, 'etcd.wal-missing')],
  likely: [wouldDie('etcd.wal-missing')],
  decide: ['data-listing', 'history'],
  source: 'cause 4',
};
