import type { Rule } from '../rule.js';
import { says, wouldDie } from '../signs/index.js';

/** etcd 3.6 and later refuse data that still holds contents or log entries of API 2; the version before starts it. */
export const v2ContentLeft: Rule = {
  id: 'v2-content-left',
  role: 'trigger',
  proves: [says('etcd.v2-content')],
  likely: [wouldDie('etcd.v2-content')],
  decide: ['etcd-log', 'settings'],
  versions: '3.5+',
  source: 'formats 7.1, 7.4',
};
