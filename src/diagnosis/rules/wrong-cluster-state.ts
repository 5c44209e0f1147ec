import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** A member waits to join an existing cluster that does not answer (initial-cluster-state existing on an empty directory). */
export const wrongClusterState: Rule = {
  id: 'wrong-cluster-state',
  role: 'after-effect',
  proves: [],
  likely: [says('etcd.no-peer-info')],
  decide: ['members', 'data-listing'],
  source: 'cause 22',
};
