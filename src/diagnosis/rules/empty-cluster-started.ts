import type { Rule } from '../rule.js';
import { both, candidate, isDataPath, isInsideMember, removed, says, severalStartsBefore, followedBy } from '../signs/index.js';

/** etcd was started on an empty directory: it runs healthily as a new, empty cluster, and Kubernetes finds nothing. */
export const emptyClusterStarted: Rule = {
  id: 'empty-cluster-started',
  role: 'after-effect',
  proves: [both(says('etcd.data-dir-new'), says('etcd.ready'), severalStartsBefore)],
  likely: [followedBy(removed((path) => isDataPath(path) && !isInsideMember(path)), says('etcd.ready')), followedBy(removed((path) => isDataPath(path) && !isInsideMember(path)), says('etcd.starting-member', 'etcd.data-dir-new')), candidate((c) => c.boot?.hazard === 'empty-cluster')],
  possible: [says('etcd.data-dir-new')],
  decide: ['data-listing', 'endpoint-status', 'history'],
  source: 'cause 22',
};
