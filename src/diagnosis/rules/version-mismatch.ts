import type { Rule } from '../rule.js';
import { etcdVersion, says, wouldDie } from '../signs/index.js';

/** The etcd binary is older than the data: a downgrade, or a data directory of a newer version. */
export const versionMismatch: Rule = {
  id: 'version-mismatch',
  role: 'trigger',
  proves: [says('etcd.downgrade', 'etcd.schema')],
  likely: [wouldDie('etcd.downgrade', 'etcd.schema')],
  supports: [etcdVersion(null, null)],
  decide: ['etcd-log', 'settings'],
  source: 'cause 27',
};
