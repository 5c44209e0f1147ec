import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** Members of different clusters talk to each other: they were restored from different snapshots or with different tokens, or one was restored alone. */
export const snapshotsMixed: Rule = {
  id: 'snapshots-mixed',
  role: 'after-effect',
  proves: [says('etcd.cluster-id-mismatch')],
  decide: ['members', 'history'],
  source: 'cause 20',
};
