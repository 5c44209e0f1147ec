import type { Fact } from '../artifacts/fact.js';

/**
 * Hosts whose etcd said that it was permanently removed from the cluster, and did not come up again as another member.
 * By the order of the artifacts: a log is read from its beginning.
 */
export function removedHosts(facts: readonly Fact[]): ReadonlySet<string> {
  const removed = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'log' || fact.host === null) continue;
    if (fact.messageId === 'etcd.member-removed') removed.add(fact.host);
    else if (fact.messageId === 'etcd.ready') removed.delete(fact.host);
  }
  return removed;
}
