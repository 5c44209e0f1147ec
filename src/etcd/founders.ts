import { clusterIdOf, memberIdOf } from './ids.js';

/** Tokens that installers give to the clusters they found. */
const knownTokens: readonly string[] = ['etcd-cluster', 'etcd-cluster-0', 'etcd-cluster-1', 'k8s_etcd', 'k8s-etcd-cluster', 'etcd-k8s-cluster', 'etcd', 'default', 'tkn', ''];

/** The token with which a founder's id was made; null when none of those tried fits. */
export function tokenOfFounder(memberId: string, peerUrls: readonly string[], tokens: readonly string[] = knownTokens): string | null {
  return tokens.find((token) => memberIdOf(peerUrls, token) === memberId) ?? null;
}

/** Members beyond which subsets are not tried. */
const mostMembers = 12;

/**
 * Members that founded a cluster: the subset whose ids give the cluster's id. Null when no subset does,
 * as after founders left.
 */
export function foundersOf(clusterId: string, memberIds: readonly string[]): readonly string[] | null {
  const ids = memberIds.slice(0, mostMembers);
  for (let mask = (1 << ids.length) - 1; mask > 0; mask--) {
    const subset = ids.filter((_, i) => (mask & (1 << i)) !== 0);
    if (clusterIdOf(subset) === clusterId) return subset;
  }
  return null;
}

/** A member as a list or a database names it. */
export interface NamedMember {
  /** Hex without leading zeros. */
  readonly memberId: string;
  readonly peerUrls: readonly string[];
}

/**
 * Id of the cluster of these members, which no database holds: that of the founders. Those whose ids fit a known
 * token are founders, the others were added later; where none fits, all are taken for founders. Null without members.
 */
export function clusterIdOfMembers(members: readonly NamedMember[]): string | null {
  const founders = members.filter(({ memberId, peerUrls }) => tokenOfFounder(memberId, peerUrls) !== null);
  const ids = (founders.length > 0 ? founders : members).map(({ memberId }) => memberId);
  return ids.length === 0 ? null : clusterIdOf(ids);
}
