import type { Rule } from '../rule.js';
import { both, either, etcdDies, printed, says, saysOften, slowFsyncMetric } from '../signs/index.js';

/** The disk is too slow: flushing the log takes over a second, heartbeats are late, leaders change. */
export const slowDisk: Rule = {
  id: 'slow-disk',
  role: 'trigger',
  proves: [both(saysOften(3, 'etcd.slow-fsync'), either(says('etcd.leader-lost', 'kernel.hang')))],
  likely: [saysOften(3, 'etcd.slow-fsync'), both(says('kernel.hang'), etcdDies), slowFsyncMetric, printed(/etcd disk metrics exceeded known/)],
  possible: [says('etcd.slow-fsync', 'kernel.hang'), saysOften(20, 'etcd.slow-heartbeat')],
  supports: [says('etcd.slow-heartbeat', 'etcd.leader-lost')],
  decide: ['etcd-log', 'endpoint-status'],
  source: 'cause 9',
};
