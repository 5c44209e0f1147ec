import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** Name, peer URL and initial cluster do not fit together in the flags of etcd or of the restore. */
export const memberAddressWrong: Rule = {
  id: 'member-address-wrong',
  role: 'trigger',
  proves: [says('etcd.name-not-in-cluster', 'etcd.address-listed-wrong')],
  decide: ['settings', 'history'],
  source: 'cause 19',
};
