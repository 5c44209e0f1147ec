import type { Rule } from '../rule.js';
import { both, majorityDead, says, saysOften, severalMembers } from '../signs/index.js';

/** Quorum is lost: fewer than a majority of the members run, so nobody is leader and no write is accepted. */
export const quorumLost: Rule = {
  id: 'quorum-lost',
  role: 'damage',
  proves: [both(severalMembers, majorityDead)],
  likely: [both(says('etcd.health-false'), saysOften(3, 'etcd.election')), both(severalMembers, saysOften(5, 'etcd.election'), saysOften(3, 'etcd.peer-unhealthy'))],
  possible: [says('etcd.health-false', 'etcd.slow-read-index'), both(severalMembers, saysOften(5, 'etcd.election'))],
  supports: [says('etcd.election')],
  decide: ['members', 'endpoint-status', 'etcd-log'],
  source: 'cause 11',
};
