import { Death } from '../../formats/death.js';
import type { RaftRequest } from '../raft/request.js';
import { joinsDowngrade, semverError, type Downgrade } from '../start/other-buckets.js';
import { compareVersions } from '../version.js';

/** Where the v2 store keeps the version of the cluster (membership/store.go StoreClusterVersionKey). */
export const versionPath = '/0/version';

const line = (version: string): string => version.split('.').slice(0, 2).join('.');

const minorOf = (version: string): number => Number(version.split('.')[1]);

/** The version of the cluster that an entry sets, for a server; null for any other entry. 3.3 and 3.4 pass over the request that 3.6 makes. */
export function clusterVersionIn({ operation }: RaftRequest, serverVersion: string): string | null {
  if (operation.kind === 'cluster-version') return minorOf(serverVersion) < 5 ? null : operation.version;
  return operation.kind === 'v2' && operation.method === 'PUT' && operation.path === versionPath ? operation.value : null;
}

/** The downgrade that an entry begins, or null when it ends one; undefined for any other entry. */
export const downgradeIn = ({ operation }: RaftRequest): Downgrade | null | undefined => (operation.kind !== 'downgrade' ? undefined : operation.enabled ? { target: operation.version } : null);

/**
 * mustDetectDowngrade (membership/cluster.go, downgrade.go): no server starts, nor goes on, in a cluster whose version
 * is above its own; in 3.5 also where another goes on than the one to its own version. Throws Death with the words of the
 * server's version.
 */
export function refuseDowngrade(serverVersion: string, clusterVersion: string | null, begun: Downgrade | null = null): void {
  if (joinsDowngrade(begun, serverVersion)) return;
  if (clusterVersion === null || semverError(clusterVersion) !== null || compareVersions(line(serverVersion), line(clusterVersion)) >= 0) return;
  const minor = minorOf(serverVersion);
  if (minor < 5) throw new Death('exit', `etcdserver/membership: cluster cannot be downgraded (current version: ${serverVersion} is lower than determined cluster version: ${line(clusterVersion)}).`);
  const current = minor === 5 ? serverVersion : `${line(serverVersion)}.0`;
  throw new Death(minor === 5 ? 'exit' : 'panic', `invalid downgrade; server version is lower than determined cluster version | {"current-server-version": "${current}", "determined-cluster-version": "${line(clusterVersion)}"}`);
}
