import type { Rule } from '../rule.js';
import { addressMissing, both, healedBy, says, without } from '../signs/index.js';

/** The address of the host has changed: etcd cannot bind or is not the member that the cluster knows. */
export const addressChanged: Rule = {
  id: 'address-changed',
  role: 'trigger',
  proves: [says('k3s.not-a-member'), both(says('etcd.bind-address'), addressMissing)],
  likely: [without(says('etcd.bind-address'), says('etcd.no-default-route'))],
  possible: [both(says('etcd.bind-address'), says('etcd.no-default-route'))],
  excludes: [healedBy(says('etcd.ready'), says('etcd.bind-address'))],
  decide: ['addresses', 'settings', 'members'],
  source: 'cause 23; field notes 1',
};
