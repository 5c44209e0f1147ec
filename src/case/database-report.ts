import type { DatabaseGroup, DataDirectory } from '../artifacts/index.js';
import type { DataDir } from '../etcd/data-dir.js';
import { mvccRows } from '../etcd/mvcc.js';
import { predictBoot } from '../etcd/boot/index.js';
import type { Write } from '../etcd/replay/store.js';
import type { BootReport, SnapshotReport } from '../etcd/verdict.js';
import { readAhead } from '../formats/read-ahead.js';
import type { ByteSource } from '../formats/source.js';
import type { BundleFile } from '../intake/bundle.js';
import { surveySound, surveyWrites, type KubeSurvey, type StoredWrite } from '../kubernetes/index.js';
import { followedBy } from '../kubernetes/plain-write.js';
import { writesOfFile } from '../kubernetes/writes.js';
import { releaseFor } from './etcd-release.js';
import { verdictOn } from './verdict-on.js';

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
  /** Why a reader gave up. */
  readonly failure: string | null;
}

/** Rows that the tree of a damaged file still reaches; what lies beside it may be long deleted. */
function* reachedWrites(source: ByteSource): Generator<StoredWrite> {
  for (const { revision, tombstone, keyValue } of mvccRows(readAhead(source))) {
    yield {
      revision: revision.main, key: keyValue.key, value: tombstone ? null : keyValue.value,
      createRevision: keyValue.createRevision, version: keyValue.version, lease: keyValue.lease,
    };
  }
}

/** Whether the structure is sound, right digest or not, and something is in it. */
function isSound({ verdict, liveKeys }: SnapshotReport): boolean {
  return (verdict === 'intact' || verdict === 'digest-absent' || verdict === 'digest-wrong') && (liveKeys ?? 0) > 0;
}

/** What the values of a file say, and which of its rows were read. */
interface RowSurvey {
  readonly rows: 'sound' | 'reached';
  readonly survey: KubeSurvey;
}

/** What another thread and this one know of a file before it is read as a whole. */
export interface KnownAhead {
  readonly verdict: SnapshotReport | null;
  /** Counts only beside a verdict that asks for these rows. */
  readonly survey: RowSurvey | null;
}

/** What the values of a file say, while another thread judges its bytes; null when it must be read again, to meet the error. */
export function surveyAhead(file: BundleFile): RowSurvey | null {
  try {
    const sound = surveySound(writesOfFile(file.open()));
    return sound === null ? { rows: 'reached', survey: surveyWrites(reachedWrites(file.open())) } : { rows: 'sound', survey: sound };
  } catch {
    return null;
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
  return { files, complete: group.complete, others: new Map(group.links.map((path) => [path, 'link'])) };
}

/** The db or snapshot file of a group; null for a data directory without one. */
export const databaseFile = (group: DatabaseGroup): BundleFile | null => (group.kind === 'file' ? group.file : group.db);

/** Path of a group in the bundle: the file's, or the directory's. */
export function pathOf(group: DatabaseGroup): string {
  return group.kind === 'file' ? group.file.path : group.directory;
}

/** Replayed writes that are kept for the survey; etcd itself compacts its log long before. */
const mostReplayed = 500_000;

function bootOf(group: DataDirectory, installed: string | null, snapshot: SnapshotReport | null): { readonly boot: BootReport; readonly writes: readonly Write[] } {
  const writes: Write[] = [];
  const boot = predictBoot(dataDirOf(group), {
    ...releaseFor(installed, [snapshot]),
    onWrites: (made) => {
      if (writes.length < mostReplayed) writes.push(...made);
    },
  });
  return { boot, writes };
}

/** Rows of the database, then what the log adds above its revision. */
function withReplay(rows: Iterable<StoredWrite>, writes: readonly Write[], from: bigint): Iterable<StoredWrite> {
  const added = writes.filter((write) => write.revision.main > from);
  return followedBy(rows, added.map(({ revision, key, value, createRevision, version, lease }) => ({ revision: revision.main, key: Buffer.from(key, 'latin1'), value, createRevision, version, lease })));
}

/**
 * Reads one database: the verdict of its bytes, for a directory the prediction of a start, and what
 * Kubernetes' values say. `installed` is the version of the installed etcd. Content never throws: what a reader cannot
 * take is an unreadable candidate with the reason beside it.
 */
export function readDatabase(group: DatabaseGroup, index: number, installed: string | null, ahead: KnownAhead = { verdict: null, survey: null }): ReadDatabase {
  const file = databaseFile(group);
  const read: { snapshot: SnapshotReport | null; boot: BootReport | null; survey: KubeSurvey | null; failure: string | null } = { snapshot: null, boot: null, survey: null, failure: null };
  try {
    read.snapshot = file === null ? null : (ahead.verdict ?? verdictOn(file));
    const replay = group.kind === 'file' ? null : bootOf(group, installed, read.snapshot);
    read.boot = replay?.boot ?? null;
    const revision = read.snapshot?.revision ?? null;
    const sound = read.snapshot !== null && isSound(read.snapshot);
    if (revision !== null && ahead.survey?.rows === (sound ? 'sound' : 'reached')) read.survey = ahead.survey.survey;
    else if (revision !== null || (replay?.writes.length ?? 0) > 0) {
      const rows = revision === null || file === null ? [] : sound ? writesOfFile(file.open()) : reachedWrites(file.open());
      read.survey = surveyWrites(withReplay(rows, replay?.writes ?? [], revision ?? 0n));
    }
  } catch (error) {
    read.failure = error instanceof Error ? error.message : String(error);
  }
  return { group, id: `C${index + 1}`, file, ...read };
}
