import { etcdLine, type EtcdRelease } from '../etcd/version.js';
import type { SnapshotReport } from '../etcd/verdict.js';

/** The etcd that directories are read for: the installed one, else the line that the first of their databases names, else 3.5. */
export function releaseFor(installed: string | null, snapshots: readonly (SnapshotReport | null)[]): EtcdRelease {
  const line = installed === null ? null : etcdLine(installed);
  if (installed !== null && line !== null) return { line, version: installed };
  const stored = snapshots.map((one) => one?.storageVersion ?? one?.clusterVersion ?? null).find((version) => version !== null);
  return { line: (stored == null ? null : etcdLine(stored)) ?? '3.5' };
}
