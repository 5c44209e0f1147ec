import { Death } from '../../formats/death.js';
import type { Bucket } from '../../formats/bbolt/behaviour/tree.js';
import type { Problem } from '../../formats/problem.js';
import type { DataDir } from '../data-dir.js';
import { logFiles, readLog, validSnapshots, type LogFiles, type LogFailure, type ReadLog } from '../raft/log.js';
import type { SnapshotMark } from '../raft/messages.js';
import { emptyMachine, machineOf } from '../replay/from-database.js';
import type { Machine } from '../replay/apply.js';
import { behaviours, observedVersions, type LineBehaviour } from '../start/line-behaviour.js';
import { createMembershipBuckets, joinsDowngrade, loadAlarms, loadAuth, loadClusterVersion, loadDowngrade, trimMembers, validateSchema, type Downgrade } from '../start/other-buckets.js';
import type { ReadRows } from '../start/read-rows.js';
import { loadLeases, loadStore } from '../start/store.js';
import type { EtcdLine, EtcdRelease } from '../version.js';
import { openMemberDatabase, type MemberDatabase } from './database-start.js';
import { refuseDowngrade } from './downgrade.js';
import { forceNewCluster, refuseCommit, type ForcedLog } from './force-new-cluster.js';
import { beginning } from './log-matching.js';
import { lastMark, newestSnapshot, startLog, type StartedLog, type StartSnapshot } from './log-start.js';
import { memberFiles, type MemberFiles } from './member-files.js';
import { membershipOf, membersInDatabase, refuseBrokenMembers, type KnownMember, type Membership } from './membership.js';
import { readV2Store, type V2Store } from './v2-store.js';
import { cannotOpenLog, cannotReadLog, cannotRepairLog, databaseMissing, noSnapshotDatabase, notRead, startupError, v2Content } from './words.js';

/** The server whose start is followed: line, and the version within it where that matters. */
export interface ServerKind {
  readonly line: EtcdLine;
  readonly version: string;
  readonly behaviour: LineBehaviour;
}

/** The server of a release; where only its line is known, the version of it that was observed. */
export function serverKind({ line, version }: EtcdRelease): ServerKind {
  return { line, version: version ?? observedVersions[line], behaviour: behaviours[line] };
}

/** A member with everything loaded, right before its log is applied. */
export interface LoadedMember {
  readonly files: MemberFiles;
  readonly database: MemberDatabase;
  readonly machine: Machine;
  /** Bucket `key` of the database. */
  readonly keyBucket: Bucket | null;
  /** Its rows, as far as they were read. */
  readonly keyRows: ReadRows | null;
  readonly membership: Membership;
  readonly membersInDatabase: ReadonlyMap<bigint, KnownMember & { readonly learner: boolean }>;
  /** Null without a WAL. */
  readonly started: StartedLog | null;
  /** What `--force-new-cluster` made of it; null without the flag. */
  readonly forced: ForcedLog | null;
  readonly snapshot: StartSnapshot | null;
  /** Snapshot marks of the log up to its commit index. */
  readonly marks: readonly SnapshotMark[];
  readonly downgrade: Downgrade | null;
  readonly problems: readonly Problem[];
}

/** Where the start ended, with the file that is to blame. */
export interface StartFailure {
  readonly message: string;
  readonly causeFile: string | null;
  /** True when a file that is not in the bundle could change this. */
  readonly forWantOfFile: boolean;
  /** What was read of the log until then. */
  readonly read: ReadLog | null;
  /** The entry that the database has applied last, where it could be opened; term 0 where it does not say. */
  readonly applied: { readonly index: bigint; readonly term: bigint } | null;
  readonly problems: readonly Problem[];
}

/** What is known of a member although its start may end later. */
interface Seen {
  read: ReadLog | null;
  applied: StartFailure['applied'];
}

class Stopped extends Error {
  constructor(readonly failure: Omit<StartFailure, 'problems' | keyof Seen>) {
    super(failure.message);
  }
}

const stop = (message: string, causeFile: string | null, forWantOfFile = false): never => {
  throw new Stopped({ message, causeFile, forWantOfFile });
};

/** Runs a step that may end the server; blames a file for it. */
function blaming<T>(file: string | null, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    if (thrown instanceof Death) throw new Stopped({ message: thrown.message, causeFile: file, forWantOfFile: false });
    throw thrown;
  }
}

const segmentPath = (files: MemberFiles, log: LogFiles, failure: LogFailure | null): string | null => {
  const name = failure === null || failure.segment === null ? undefined : log.names[failure.segment]?.name;
  return name === undefined ? null : files.walPrefix + name;
};

/** Step 7 of a start: the database must reach the snapshot that the log is read from. */
function withSnapshotDatabase(server: ServerKind, files: MemberFiles, database: MemberDatabase, snapshot: StartSnapshot, dbPath: string): MemberDatabase {
  const ci = database.exists || server.behaviour.plainLog ? database.consistentIndex : 0n;
  if (snapshot.index <= ci) return database;
  const name = `${snapshot.index.toString(16).padStart(16, '0')}.snap.db`;
  const received = files.snapDbs.get(name);
  if (received === undefined) return stop(noSnapshotDatabase(server.line), dbPath, true);
  const replaced = blaming(files.snapPrefix + name, () => openMemberDatabase(received, server.behaviour, dbPath));
  if (database.exists && replaced.consistentIndex < snapshot.index && replaced.consistentIndex !== 0n) {
    stop(startupError(server.line, `database file (${dbPath} index ${replaced.consistentIndex}) does not match with snapshot (index ${snapshot.index})`), files.snapPrefix + name);
  }
  return { ...replaced, exists: database.exists };
}

function openLog(server: ServerKind, files: MemberFiles, log: LogFiles, snapshot: StartSnapshot | null, forcedFrom: bigint | null): Pick<LoadedMember, 'started' | 'forced'> {
  const started = startLog(log, snapshot ?? beginning);
  const { failure, read } = started;
  if (failure !== null) {
    const file = segmentPath(files, log, failure.cause);
    if (failure.cause?.panics === true) stop(failure.message, file);
    const say = { open: cannotOpenLog, read: cannotReadLog, repair: cannotRepairLog }[failure.kind];
    stop(say(server.line, failure.message), file ?? files.walPrefix, failure.kind === 'open');
  }
  const first = files.walPrefix + (log.names[0]?.name ?? '');
  // 3.7 looks at the ids right where it reads them, the others when raft starts.
  if (server.line === '3.7' && read.memberId === null) stop('runtime error: invalid memory address or nil pointer dereference', first);
  const from = snapshot?.index ?? 0n;
  const lastSegment = files.walPrefix + (log.names.at(-1)?.name ?? '');
  const forced = forcedFrom === null ? null : blaming(lastSegment, () => forceNewCluster(started, snapshot, forcedFrom, server.version));
  if (read.memberId === null || read.memberId === 0n) stop('cannot use none as id', first);
  blaming(lastSegment, () => (forced === null ? refuseCommit(read, read.state.commit, from, read.entries.at(-1)?.index ?? from) : refuseCommit(read, forced.commit, from, forced.held)));
  return { started, forced };
}

function loadBuckets(database: MemberDatabase, behaviour: LineBehaviour, hashes: boolean): Pick<LoadedMember, 'machine' | 'keyBucket' | 'keyRows'> {
  const { backend } = database;
  if (backend === null) return { machine: emptyMachine(behaviour), keyBucket: null, keyRows: null };
  loadLeases(backend);
  const store = loadStore(backend, hashes);
  loadAuth(backend);
  loadAlarms(backend);
  return { machine: machineOf(backend, store, hashes), keyBucket: store.bucket, keyRows: store.rows };
}

function load(server: ServerKind, files: MemberFiles, { hashes, forceNewCluster: isForced }: StartOptions, report: (problem: Problem) => void, seen: Seen): Omit<LoadedMember, 'problems'> {
  const { behaviour, line } = server;
  const dbPath = files.db?.path ?? `${files.snapPrefix}db`;
  let database = blaming(dbPath, () => openMemberDatabase(files.db?.source ?? null, behaviour, dbPath));
  seen.applied = { index: database.consistentIndex, term: database.term };
  const haveWal = files.wal.size > 0 || (line === '3.3' && files.otherInWal);
  let snapshot: StartSnapshot | null = null;
  let log: LogFiles | null = null;
  let marks: readonly SnapshotMark[] = [];
  let downgrade: Downgrade | null = null;
  let v2: V2Store | null = null;
  if (haveWal) {
    log = logFiles(files.wal, server.version);
    if (log.names.length === 0) stop(startupError(line, 'wal: file not found'), files.walPrefix);
    const valid = validSnapshots(log);
    if (valid.failure !== null) {
      stop(valid.failure.panics ? valid.failure.message : startupError(line, valid.failure.message), segmentPath(files, log, valid.failure));
    }
    marks = valid.marks;
    // A bundle that lacks the .snap files is read from the mark of the newest of them.
    const unseen = !files.complete && files.snaps.size === 0;
    snapshot = line === '3.7' || unseen ? lastMark(valid.marks) : newestSnapshot(files.snaps, valid.marks, report);
    v2 = snapshot?.store == null ? null : readV2Store(snapshot.store);
    if (line === '3.6' && v2?.hasContent === true) stop(startupError(line, v2Content), files.snapPrefix + (snapshot?.name ?? ''));
    if (snapshot !== null) database = withSnapshotDatabase(server, files, database, snapshot, dbPath);
  }
  const { backend } = database;
  if (database.exists && backend !== null && behaviour.membershipFromDb) blaming(dbPath, () => validateSchema(backend, Number(line.slice(2))));
  const { started, forced } = log === null ? { started: null, forced: null } : openLog(server, files, log, snapshot, isForced === true ? database.consistentIndex : null);
  if (started !== null) seen.read = started.read;
  if (backend !== null) blaming(dbPath, () => createMembershipBuckets(backend));
  const inDatabase = backend === null ? new Map<bigint, KnownMember & { learner: boolean }>() : blaming(dbPath, () => membersInDatabase(backend, behaviour));
  if (haveWal) {
    if (behaviour.membershipFromDb && backend !== null) {
      blaming(dbPath, () => {
        trimMembers(backend);
        refuseBrokenMembers(backend);
        loadClusterVersion(backend, server.version);
      });
    }
    const begun = backend !== null && behaviour.knowsDowngrades ? blaming(dbPath, () => loadDowngrade(backend)) : null;
    if (begun !== null) blaming(dbPath, () => joinsDowngrade(begun, server.version));
    if (!behaviour.membershipFromDb) blaming(snapshot?.name == null ? null : files.snapPrefix + snapshot.name, () => refuseDowngrade(server.version, v2?.version ?? null, begun));
    downgrade = begun;
    // bootstrap.go of 3.7 takes the term and index of a mark that it did not find.
    if (line === '3.7' && snapshot === null) stop('runtime error: invalid memory address or nil pointer dereference', files.walPrefix + (log?.names.at(-1)?.name ?? ''));
    if (!database.exists && v2?.version != null) stop(databaseMissing(line, dbPath), dbPath, true);
  }
  const { machine, keyBucket, keyRows } = blaming(dbPath, () => loadBuckets(database, behaviour, hashes === true));
  const fromDb = { voters: [...inDatabase].filter(([, m]) => !m.learner).map(([id]) => id), learners: [...inDatabase].filter(([, m]) => m.learner).map(([id]) => id) };
  const membership = membershipOf(line === '3.7' ? fromDb : (snapshot?.confState ?? null), v2?.members ?? new Map<bigint, KnownMember>(), inDatabase);
  return { files, database, machine, keyBucket, keyRows, membership, membersInDatabase: inDatabase, started, forced, snapshot, marks, downgrade };
}

/** What the log says although the start ended before it was opened: ids, term, last entry. Null without a log. */
function readForFacts(files: MemberFiles, server: ServerKind): ReadLog | null {
  const log = logFiles(files.wal, server.version);
  const first = log.names[0];
  if (first === undefined) return null;
  return readLog(log, { index: first.index > 0n ? first.index - 1n : 0n, term: 0n });
}

export interface StartOptions {
  /** What it serves and its HashKV will be asked for, so that rows and values are hashed when they are read. */
  readonly hashes?: boolean;
  readonly forceNewCluster?: boolean;
}

/** Follows the start of a member up to the moment at which it applies its log (etcd-formats 7.1). */
export function startMember(dir: DataDir, server: ServerKind, options: StartOptions = {}): { readonly loaded: LoadedMember; readonly failure: null } | { readonly loaded: null; readonly failure: StartFailure } {
  const files = memberFiles(dir);
  const problems: Problem[] = [];
  const [unread] = files.unread;
  if (unread !== undefined) {
    const message = notRead(unread.path, unread.kind);
    const problem: Problem = { code: 'boot.not-read', severity: 'warning', offset: null, page: null, message };
    return { loaded: null, failure: { message, causeFile: unread.path, forWantOfFile: true, read: readForFacts(files, server), applied: null, problems: [problem] } };
  }
  const seen: Seen = { read: null, applied: null };
  try {
    const loaded = load(server, files, options, (problem) => problems.push(problem), seen);
    return { loaded: { ...loaded, problems }, failure: null };
  } catch (thrown) {
    if (thrown instanceof Stopped) return { loaded: null, failure: { ...thrown.failure, read: seen.read ?? readForFacts(files, server), applied: seen.applied, problems } };
    throw thrown;
  }
}
