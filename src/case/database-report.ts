import type { DatabaseGroup, DataDirectory } from '../artifacts/index.js';
import type { DataDir } from '../etcd/data-dir.js';
import { mvccRows } from '../etcd/mvcc.js';
import { readSnapshot } from '../etcd/snapshot/index.js';
import type { BootReport, SnapshotReport } from '../etcd/verdict.js';
import type { ByteSource } from '../formats/source.js';
import type { BundleFile } from '../intake/bundle.js';
import { surveyWrites, type KubeSurvey, type StoredWrite } from '../kubernetes/index.js';

/** One database of the bundle with everything that its bytes say. */
export interface ReadDatabase {
  readonly group: DatabaseGroup;
  readonly id: string;
  /** The db or snapshot file; null for a data directory without one. */
  readonly file: BundleFile | null;
  readonly snapshot: SnapshotReport | null;
  readonly boot: BootReport | null;
  /** What Kubernetes' values say; null when no row can be read. */
  readonly survey: KubeSurvey | null;
}

/** Rows of a db or snapshot file as writes, oldest first. */
export function* storedWrites(source: ByteSource): Generator<StoredWrite> {
  for (const { revision, tombstone, keyValue } of mvccRows(source)) {
    yield {
      revision: revision.main, key: keyValue.key, value: tombstone ? null : keyValue.value,
      createRevision: keyValue.createRevision, version: keyValue.version, lease: keyValue.lease,
    };
  }
}

/** The files of a data directory under the names that etcd gives them. */
export function dataDirOf(group: DataDirectory): DataDir {
  const files = new Map<string, ByteSource>();
  if (group.db !== null) files.set('member/snap/db', group.db.open());
  const base = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
  for (const file of group.snapFiles) files.set(`member/snap/${base(file.path)}`, file.open());
  for (const file of group.walFiles) files.set(`member/wal/${base(file.path)}`, file.open());
  for (const file of group.otherFiles) files.set(`member/${/\/snap\//.test(file.path) ? 'snap' : 'wal'}/${base(file.path)}`, file.open());
  return { files, complete: group.complete };
}

/** Path of a group in the bundle: the file's, or the directory's. */
export function pathOf(group: DatabaseGroup): string {
  return group.kind === 'file' ? group.file.path : group.directory;
}

/** Reads one database. Never throws for content. */
export function readDatabase(group: DatabaseGroup, index: number): ReadDatabase {
  const file = group.kind === 'file' ? group.file : group.db;
  const snapshot = file === null ? null : readSnapshot(file.open());
  const readable = snapshot !== null && snapshot.revision !== null && file !== null;
  return { group, id: `C${index + 1}`, file, snapshot, boot: null, survey: readable ? surveyWrites(storedWrites(file.open())) : null };
}
