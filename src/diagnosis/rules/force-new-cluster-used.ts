import type { Rule } from '../rule.js';
import { ran, says } from '../signs/index.js';

/** A member was started with --force-new-cluster (or --cluster-reset): it forms a cluster of one and drops entries that were not known to be committed. */
export const forceNewClusterUsed: Rule = {
  id: 'force-new-cluster-used',
  role: 'after-effect',
  proves: [says('etcd.wal-discarded'), ran(/--force-new-cluster\b|ETCD_FORCE_NEW_CLUSTER=/, /^\s*(?:grep|man|etcd --help)/)],
  decide: ['history', 'members'],
  source: 'observed 3',
};
