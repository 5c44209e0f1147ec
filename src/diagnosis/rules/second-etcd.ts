import type { Rule } from '../rule.js';
import { healedBy, says, saysLike, twoEtcd } from '../signs/index.js';

/** A second etcd holds the data directory or the port. */
export const secondEtcd: Rule = {
  id: 'second-etcd',
  role: 'trigger',
  proves: [says('etcd.db-locked'), saysLike(/:23(?:79|80)\b.*address already in use/, 'etcd.port-in-use'), twoEtcd],
  likely: [says('etcd.port-in-use')],
  excludes: [healedBy(says('etcd.ready'), says('etcd.port-in-use', 'etcd.db-locked'))],
  decide: ['processes', 'unit-status'],
  source: 'cause 26',
};
