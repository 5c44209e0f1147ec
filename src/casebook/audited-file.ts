import type { FileVerdict } from '../etcd/verdict.js';

/** What the nightly audit keeps about one file: enough to judge a folder again without reading it. */
export interface AuditedFile {
  readonly sha256: string;
  readonly verdict: FileVerdict;
  readonly revision: number | null;
  readonly keys: number | null;
  readonly clusterId: string | null;
  /** Newest write in it, ms since the epoch, from its content; null when nothing dates it. */
  readonly contentTime: number | null;
}

/** What tells that a file is the one that was read before. */
export interface FileIdentity {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  readonly inode: bigint;
}

/** Key of an identity in the store. */
export function identityKey(identity: FileIdentity, toolVersion: string): string {
  return `file!${toolVersion}!${identity.size}!${identity.mtimeNs}!${identity.inode}!${identity.path}`;
}
