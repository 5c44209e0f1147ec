import type { Rule } from '../rule.js';
import { both, says, saysLike, saysOften } from '../signs/index.js';

/** Members could not reach each other over the network; leaders were lost. */
export const peerNetwork: Rule = {
  id: 'peer-network',
  role: 'trigger',
  proves: [],
  likely: [both(saysLike(/i\/o timeout|no route to host/, 'etcd.peer-unhealthy'), says('etcd.leader-lost', 'etcd.health-false'))],
  possible: [saysLike(/i\/o timeout|no route to host/, 'etcd.peer-unhealthy'), saysOften(5, 'etcd.leader-lost')],
  supports: [says('etcd.peer-snapshot-failed')],
  weakens: [saysOften(3, 'etcd.slow-fsync')],
  decide: ['etcd-log', 'endpoint-status'],
  source: 'cause 10',
};
