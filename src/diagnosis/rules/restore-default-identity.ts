import type { Rule } from '../rule.js';
import { both, ran, says, saysLike, severalMembers } from '../signs/index.js';

/** A snapshot was restored with the default name and URL, then started with the real flags: the member does not know itself. */
export const restoreDefaultIdentity: Rule = {
  id: 'restore-default-identity',
  role: 'after-effect',
  proves: [says('etcd.member-unknown'), saysLike(/8e9e05c52164694d|cdf818194e3a8c32/, 'etcd.cluster-id-mismatch')],
  likely: [both(severalMembers, saysLike(/8e9e05c52164694d|cdf818194e3a8c32/, 'etcd.starting-member', 'etcd.restarting-member'))],
  possible: [ran(/(?:etcdctl|etcdutl)\b.*snapshot\s+restore\b/, /--name|--initial-cluster(?!-)/)],
  decide: ['history', 'settings'],
  source: 'field notes 1, 4',
};
