import type { Rule } from '../rule.js';
import { both, candidate, isWalPath, removed, says, oneMember, followedBy } from '../signs/index.js';

/** etcd answers reads but stores no writes: its log ends below what the database already holds. */
export const writesNotStored: Rule = {
  id: 'writes-not-stored',
  role: 'damage',
  proves: [candidate((c) => c.boot?.hazard === 'writes-swallowed')],
  likely: [followedBy(removed(isWalPath), says('apiserver.etcd-errors', 'etcd.publish-failed', 'etcd.request-timeout', 'etcd.slow-apply')), both(oneMember, says('etcd.publish-failed'))],
  possible: [both(says('etcd.ready'), says('etcd.publish-failed'))],
  decide: ['data-dir', 'endpoint-status', 'apiserver-log'],
  source: 'formats 7.3; observed 1.1',
};
