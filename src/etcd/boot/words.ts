import type { EtcdLine } from '../version.js';

const plain = (line: EtcdLine): boolean => line === '3.3' || line === '3.4';

/** An error that NewServer returns and main prints. */
export function startupError(line: EtcdLine, error: string): string {
  return plain(line) ? `etcdmain: ${error}` : `discovery failed | error: ${error}`;
}

export function cannotOpenLog(line: EtcdLine, error: string): string {
  return plain(line) ? `etcdserver: open wal error: ${error}` : `failed to open WAL | error: ${error}`;
}

export function cannotReadLog(line: EtcdLine, error: string): string {
  return plain(line) ? `etcdserver: read wal error (${error}) and cannot be repaired` : `failed to read WAL, cannot be repaired | error: ${error}`;
}

export function cannotRepairLog(line: EtcdLine, error: string): string {
  return plain(line) ? `etcdserver: WAL error (${error}) cannot be repaired` : `failed to repair WAL | error: ${error}`;
}

/** The database is older than the snapshot that the log starts from, and no newer one lies beside it. */
export function noSnapshotDatabase(line: EtcdLine): string {
  if (line === '3.3') return "etcdserver: recovering backend from snapshot error: database snapshot file path error: snap: snapshot file doesn't exist";
  const reason = "failed to find database snapshot file (snap: snapshot file doesn't exist)";
  return line === '3.4' ? `etcdserver: recovering backend from snapshot error: ${reason}` : `failed to recover v3 backend from snapshot | error: ${reason}`;
}

export function databaseMissing(line: EtcdLine, path: string): string {
  return startupError(line, `database file (${path}) of the backend is missing`);
}

export function commitOutOfRange(member: string, commit: bigint, from: bigint, to: bigint): string {
  return `${member} state.commit ${commit} is out of range [${from}, ${to}]`;
}

/** 3.6 and 3.7 try for ever to store their own attributes when the entry of it is not applied. */
export const neverPublished = 'failed to publish local member to cluster through raft | error: etcdserver: request timed out';

/** A write got a page that the file does not have (bbolt node.spill: `pgid (N) above high water mark (M)`); which one, chance decides. */
export const pageBeyondEnd = 'above high water mark';

/** 3.6 does not start where clients of API v2 stored anything (storage/util.go AssertNoV2StoreContent). */
export const v2Content = 'detected disallowed custom content in v2store for stage --v2-deprecation=write-only';

/** Why nothing can be said of a start: what etcd would read was not read. */
export const notRead = (path: string, kind: 'link' | 'folder' | 'foreign'): string => (kind === 'link' ? `${path} is a link, and was not followed` : `${path} is a folder, where etcd wants a file`);

/** Logged by a member that finds its own removal; then it stops, up to 3.5 with exit code 0 (server.go, `ErrMemberRemoved`). */
export const permanentlyRemoved = 'the member has been permanently removed from the cluster';

/** A write freed a page that the same tree freed before (bbolt freelist: `page N already freed`); which one, chance decides. */
export const freedTwice = 'already freed';
