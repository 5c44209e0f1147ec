import type { Rule } from '../rule.js';
import { both, healedBy, majorityDead, noEndpointHealthy, says, saysOften, severalMembers } from '../signs/index.js';

/** Quorum is lost: fewer than a majority of the members run, so nobody is leader and no write is accepted. */
export const quorumLost: Rule = {
  id: 'quorum-lost',
  role: 'damage',
  proves: [both(severalMembers, majorityDead)],
  likely: [both(says('etcd.health-false'), saysOften(3, 'etcd.election')), both(saysOften(5, 'etcd.election'), saysOften(2, 'etcd.peer-unhealthy')), both(severalMembers, noEndpointHealthy)],
  possible: [says('etcd.health-false', 'etcd.slow-read-index'), both(severalMembers, saysOften(5, 'etcd.election'))],
  supports: [says('etcd.election')],
  weakens: [healedBy(says('etcd.leader-elected'), says('etcd.election', 'etcd.health-false'))],
  decide: ['members', 'endpoint-status', 'etcd-log'],
  source: 'cause 11',
};
