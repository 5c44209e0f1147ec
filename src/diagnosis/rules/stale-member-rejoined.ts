import type { Rule } from '../rule.js';
import { isDataPath, removed, says } from '../signs/index.js';

/** A member with an old identity or a wiped directory tries to come back; the cluster knows it otherwise. */
export const staleMemberRejoined: Rule = {
  id: 'stale-member-rejoined',
  role: 'after-effect',
  proves: [says('etcd.member-bootstrapped', 'etcd.member-removed')],
  likely: [says('etcd.member-count', 'k3s.duplicate-node')],
  supports: [removed(isDataPath)],
  decide: ['members', 'history'],
  source: 'cause 21',
};
