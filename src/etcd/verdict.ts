import type { Problem } from '../formats/problem.js';
import type { EtcdLine } from './version.js';

/** Verdict of one snapshot or database file; the names are part of the published case format. */
export type FileVerdict =
  | 'intact'
  | 'digest-wrong'
  | 'digest-absent'
  | 'truncated'
  | 'damaged'
  | 'not-bbolt'
  | 'empty'
  | 'unreadable';

/** What a running etcd would serve. `keysHash` as the damage fixtures define it; null when unknown. */
export interface Served {
  readonly revision: bigint;
  readonly keys: number;
  readonly keysHash: string | null;
}

/** What `snapshot restore` of one line, and the first start after it, would do. */
export interface RestorePrediction {
  readonly status: 'ok' | 'fails';
  readonly accepted: boolean;
  /** The decisive words with which it would refuse; null when accepted. */
  readonly message: string | null;
  readonly skipHashAccepted: boolean;
  readonly boot: 'ready' | 'dies' | 'hangs' | 'unknown';
  readonly bootMessage: string | null;
  readonly served: Served | null;
}

/** Everything one pass over a snapshot or db file tells. */
export interface SnapshotReport {
  readonly size: number;
  readonly sha256: string;
  readonly verdict: FileVerdict;
  readonly digest: {
    readonly state: 'right' | 'wrong' | 'absent' | 'truncated' | 'not-applicable';
    readonly expected: string | null;
    readonly actual: string | null;
  };
  /** Newest revision in bucket `key`; null when it could not be read. */
  readonly revision: bigint | null;
  /** Live keys. (TOTAL KEYS of `snapshot status` 3.3–3.5 counts `revisions`, of 3.6 and 3.7 live keys.) */
  readonly liveKeys: number | null;
  readonly revisions: number | null;
  /** CRC-32C as `snapshot status` prints it; null when the tool would fail. */
  readonly hash: number | null;
  readonly totalSize: number | null;
  readonly compactRevision: bigint | null;
  readonly consistentIndex: bigint | null;
  readonly term: bigint | null;
  readonly clusterId: string | null;
  readonly members: readonly { readonly memberId: string; readonly name: string; readonly peerUrls: readonly string[]; readonly clientUrls: readonly string[]; readonly learner: boolean }[];
  readonly clusterVersion: string | null;
  readonly storageVersion: string | null;
  readonly alarms: readonly { readonly memberId: string; readonly alarm: string }[];
  readonly authEnabled: boolean | null;
  readonly pageSize: number | null;
  /** High-water mark times page size: what the tree needs. */
  readonly bodySize: number | null;
  readonly problems: readonly Problem[];
  readonly restore: Readonly<Record<EtcdLine, RestorePrediction>> | null;
  /**
   * `provable` is false where content may have changed without leaving a trace (no digest, or a wrong
   * digest that structure does not explain).
   */
  readonly damage: { readonly keysLost: number; readonly keysChanged: number; readonly provable: boolean };
}

/** Would etcd of one line start from this data directory, and what would it serve? */
export interface BootReport {
  readonly result: 'ready' | 'dies' | 'hangs' | 'unknown';
  readonly diesAt: 'start' | 'range' | 'write' | null;
  readonly message: string | null;
  /** File below the data dir that decides, for example `member/wal/0000000000000001-0000000000001f5e.wal`. */
  readonly causeFile: string | null;
  readonly writable: boolean | null;
  readonly hazard:
    | null
    | 'writes-swallowed'
    | 'acknowledged-writes-lost'
    | 'applied-twice'
    | 'keys-damaged'
    | 'empty-cluster'
    | 'revision-jump'
    | 'write-dies';
  /** WAL entries above the db's consistent index that the start would apply. */
  readonly replayed: number | null;
  readonly served: Served | null;
  readonly memberId: string | null;
  readonly clusterId: string | null;
  readonly term: bigint | null;
  readonly appliedIndex: bigint | null;
  readonly walLastIndex: bigint | null;
  /** Term of the last entry of the WAL, by which raft compares logs first. */
  readonly walLastTerm: bigint | null;
  /** Commit index of the last HardState in the WAL. */
  readonly commitIndex: bigint | null;
  /** What it holds once everything that it knows to be committed is applied, served or not. */
  readonly held: (Served & { readonly compactRevision: bigint }) | null;
  /** Entries above the commit index that a lone start cannot commit: `--force-new-cluster` drops them, a majority commits or replaces them. */
  readonly uncommitted: number | null;
  /** Voting members according to the newest snapshot, WAL and db. A lone member of several never becomes ready. */
  readonly members: readonly { readonly memberId: string; readonly name: string; readonly peerUrls: readonly string[] }[];
  readonly problems: readonly Problem[];
}

/** Newest revision that a start would serve, or that is there for one, or that the database alone holds; null when nothing can be read. */
export function revisionOf(boot: BootReport | null, snapshot: SnapshotReport | null): bigint | null {
  return boot?.served?.revision ?? (boot?.result === 'unknown' ? null : boot?.held?.revision) ?? snapshot?.revision ?? null;
}
