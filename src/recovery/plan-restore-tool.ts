import { compareVersions, etcdLine, type EtcdLine } from '../etcd/version.js';

/** What the restore of one etcd version is called and which flags it knows (etcd CHANGELOGs 3.4–3.7). */
export interface RestoreTool {
  readonly line: EtcdLine;
  readonly program: 'etcdctl' | 'etcdutl';
  /** The other program that also restores in this line, if there is one. */
  readonly fallback: 'etcdctl' | null;
  /** Value of ETCDCTL_API to export; null where the variable is unknown or not needed. */
  readonly api: '3' | null;
  /** `--bump-revision` and `--mark-compacted`, since 3.4.27 and 3.5.10. */
  readonly bumps: boolean;
}

/**
 * Chooses by the version of the server: up to 3.4 only `etcdctl` restores, 3.5 has both, from 3.6 on
 * only `etcdutl` does. Null for a version outside the lines that are known.
 */
export function restoreToolOf(version: string): RestoreTool | null {
  const line = etcdLine(version);
  if (line === null || !/^v?3\.\d+\.\d+/.test(version)) return null;
  const old = line === '3.3' || line === '3.4';
  const since = line === '3.4' ? '3.4.27' : line === '3.5' ? '3.5.10' : '3.6.0';
  return {
    line,
    program: old ? 'etcdctl' : 'etcdutl',
    fallback: line === '3.5' ? 'etcdctl' : null,
    api: line === '3.6' || line === '3.7' ? null : '3',
    bumps: line !== '3.3' && compareVersions(version, since) >= 0,
  };
}

/**
 * How far to raise the revision, so that no client has seen a higher one: twice what is known to be
 * missing, and at least 10^9 (a week at 1500 writes a second; etcd's recovery guide).
 */
export function bumpAmount(candidateRevision: number | null, lastKnownRevision: number | null): number {
  const missing = candidateRevision === null || lastKnownRevision === null ? 0 : Math.max(0, lastKnownRevision - candidateRevision);
  return Math.max(1_000_000_000, missing * 2);
}
