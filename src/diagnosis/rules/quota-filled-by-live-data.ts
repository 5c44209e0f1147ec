import type { Rule } from '../rule.js';
import { both, endpoint, nospace, saysWith, wordsOf } from '../signs/index.js';

/** Live data itself fills the quota: defragmentation gains nothing. */
export const quotaFilledByLiveData: Rule = {
  id: 'quota-filled-by-live-data',
  role: 'contributing',
  proves: [both(nospace, saysWith((fact) => /current-db-size-bytes-diff"?[=: ]+-?(?:0|4096)\b/.test(wordsOf(fact)) || ['0', '-4096', '4096'].includes(fact.fields['current-db-size-bytes-diff'] ?? ''), 'etcd.defrag-finished')), both(nospace, endpoint((fact) => fact.dbSize !== null && fact.dbSizeInUse !== null && fact.dbSizeInUse > 0.9 * fact.dbSize))],
  decide: ['endpoint-status'],
  source: 'field notes 1, 4',
};
