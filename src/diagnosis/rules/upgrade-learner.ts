import type { Rule } from '../rule.js';
import { both, etcdVersion, saysLike } from '../signs/index.js';

/** After the upgrade to 3.6 stale learner or zombie members appear (learner promotion or removal was never written to the database by 3.5). */
export const upgradeLearner: Rule = {
  id: 'upgrade-learner',
  role: 'trigger',
  proves: [both(saysLike(/too many learner|member count is unequal/, 'etcd.member-count'), etcdVersion('3.6.0', null))],
  likely: [saysLike(/too many learner/, 'etcd.member-count')],
  decide: ['etcd-log', 'members'],
  versions: '3.6+',
  source: 'cause 27; formats 9',
};
