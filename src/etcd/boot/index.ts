import { Death } from '../../formats/death.js';
import type { Problem } from '../../formats/problem.js';
import type { DataDir } from '../data-dir.js';
import type { Write } from '../replay/store.js';
import { hashKv, type HashKv } from '../replay/hash-kv.js';
import { serve } from '../replay/served.js';
import type { BootReport } from '../verdict.js';
import type { EtcdRelease } from '../version.js';
import { beforeReplay, hazardsOf, type BeforeReplay } from './hazards.js';
import { fatalProblems } from './fatal-problems.js';
import { memberFiles } from './member-files.js';
import { hexId, listedMembers, type Membership } from './membership.js';
import { serverKind, startMember, type LoadedMember, type ServerKind, type StartFailure } from './member-start.js';
import { EntryDeath, refuseUnknownMember, replayLog, type Replayed } from './replay.js';
import { neverPublished, permanentlyRemoved } from './words.js';
import { wordsOfWrite } from './write-death.js';

export interface BootOptions extends EtcdRelease {
  /** Called with the changes of each applied entry, in order. */
  readonly onWrites?: (writes: readonly Write[]) => void;
  /** As if started with `--force-new-cluster`. */
  readonly forceNewCluster?: boolean;
}

/** The report with the hash that `endpoint hashkv` would print; null when nothing is served. */
export interface BootPrediction extends BootReport {
  readonly hashKv: HashKv | null;
}

const empty: BootPrediction = {
  hashKv: null,
  held: null,
  uncommitted: null,
  walLastTerm: null,
  result: 'unknown', diesAt: null, message: null, causeFile: null, writable: null, hazard: null, replayed: null, served: null,
  memberId: null, clusterId: null, term: null, appliedIndex: null, walLastIndex: null, commitIndex: null, members: [], problems: [],
};

function failed(failure: StartFailure, dir: DataDir): BootPrediction {
  const { read } = failure;
  const open = failure.forWantOfFile && (!dir.complete || memberFiles(dir).unread.length > 0);
  return {
    ...empty,
    result: open ? 'unknown' : 'dies',
    diesAt: open ? null : 'start',
    message: failure.message,
    causeFile: failure.causeFile,
    writable: open ? null : false,
    memberId: read?.memberId == null ? null : hexId(read.memberId),
    clusterId: read?.clusterId == null ? null : hexId(read.clusterId),
    term: read?.state.term ?? null,
    walLastIndex: read?.entries.at(-1)?.index ?? null,
    walLastTerm: read?.entries.at(-1)?.term ?? null,
    commitIndex: read?.state.commit ?? null,
    problems: [...failure.problems, ...(open ? [] : fatalProblems(memberFiles(dir), failure))],
  };
}

/**
 * Entries that a member appends before its first client's write: the leader's empty one and its own attributes.
 * Since 3.6 it tries the latter again every 7 s until one is applied: a gap of 2 delays it once, a larger one so
 * often that nobody waits for it.
 */
const ownEntries = 2n;

function judge(loaded: LoadedMember, server: ServerKind, { leads, last }: AppliedLog): Pick<BootReport, 'result' | 'message' | 'writable' | 'hazard'> {
  const gap = loaded.database.consistentIndex - last;
  if (!leads) return { result: 'hangs', message: null, writable: false, hazard: gap > 0n ? 'writes-swallowed' : null };
  const modern = server.behaviour.membershipFromDb;
  if (gap > ownEntries) {
    return modern
      ? { result: 'hangs', message: neverPublished, writable: false, hazard: 'writes-swallowed' }
      : { result: 'ready', message: null, writable: false, hazard: 'writes-swallowed' };
  }
  const { capped, corrupt } = loaded.machine.gate;
  return { result: 'ready', message: null, writable: !capped && !corrupt, hazard: null };
}

function describe(loaded: LoadedMember): Pick<BootReport, 'memberId' | 'clusterId' | 'walLastIndex' | 'walLastTerm' | 'commitIndex' | 'members'> {
  const read = loaded.started?.read ?? null;
  const { voters, known } = loaded.membership;
  return {
    memberId: read?.memberId == null ? null : hexId(read.memberId),
    clusterId: read?.clusterId == null ? null : hexId(read.clusterId),
    walLastIndex: read?.entries.at(-1)?.index ?? loaded.snapshot?.index ?? null,
    walLastTerm: read?.entries.at(-1)?.term ?? loaded.snapshot?.term ?? null,
    commitIndex: read?.state.commit ?? null,
    members: [...voters].sort((a, b) => (a < b ? -1 : 1)).map((id) => ({ memberId: hexId(id), name: known.get(id)?.name ?? '', peerUrls: known.get(id)?.peerUrls ?? [] })),
  };
}

/** Parts that a bundle with single files of a directory lacks, in the words of a finding. */
function missingParts(loaded: LoadedMember): readonly Problem[] {
  const lacks = (code: string, what: string): Problem => ({ code, severity: 'warning', offset: null, page: null, message: `the bundle holds only parts of this data directory: ${what}` });
  return [
    ...(loaded.files.db === null ? [lacks('boot.no-db', 'member/snap/db is not among them')] : []),
    ...(loaded.files.wal.size === 0 ? [lacks('boot.no-wal', 'no file of member/wal is among them')] : []),
  ];
}

/** What a start makes of its log: how far it is applied, what it changes, and the last index of the log then. */
interface AppliedLog extends Replayed {
  readonly last: bigint;
  readonly written: readonly Write[];
}

/**
 * `--force-new-cluster` adds a member whose id is not among the others with these peer URLs (createConfigChangeEnts). It
 * is refused where another one has such a URL, and when that is removed nobody is left.
 */
const addedPeerUrls: readonly string[] = ['http://localhost:2380', 'http://localhost:7001'];
const isTaken = ({ known }: Membership): boolean => [...known.values()].some(({ peerUrls }) => peerUrls.some((url) => addedPeerUrls.includes(url)));

/** Applies the log of a member that starts alone. Throws Death where the server would end. */
function applyLog(loaded: LoadedMember, server: ServerKind, { onWrites }: BootOptions): AppliedLog {
  const { machine, started, forced, membership, database, downgrade } = loaded;
  const start = loaded.snapshot?.index ?? 0n;
  if (started === null) return { applied: 0, appliedIndex: database.consistentIndex, leads: true, removed: false, downgrade, last: start, written: [] };
  const { read, log } = started;
  const written: Write[] = [];
  const listed = server.behaviour.membershipFromDb ? listedMembers(database.backend, loaded.membersInDatabase.keys()) : null;
  const replayed = replayLog(machine, {
    log,
    entries: forced?.entries ?? read.entries,
    commit: forced?.commit ?? read.state.commit,
    consistentIndex: database.consistentIndex,
    memberId: read.memberId ?? 0n,
    membership,
    server,
    downgrade,
    listed,
    onWrites: (changes) => {
      written.push(...changes);
      onWrites?.(changes);
    },
  });
  const last = forced?.commit ?? read.entries.at(-1)?.index ?? start;
  // The first thing that a leader does is to publish its own attributes.
  const publishes = read.memberId !== null && (forced === null ? replayed.leads : !forced.addsSelf);
  if (listed !== null && publishes) refuseUnknownMember(read.memberId, listed, null);
  if (forced?.addsSelf === true && isTaken(membership) && server.line !== '3.3') throw new Death('panic', 'removed all voters');
  if (forced === null || read.memberId === null) return { ...replayed, last, written };
  membership.learners.clear();
  membership.voters.clear();
  membership.voters.add(read.memberId);
  if (replayed.removed) throw new Death('panic', 'removed all voters');
  return { ...replayed, leads: true, last, written };
}

/** What is said of a start that got through. */
function reportOfStart(loaded: LoadedMember, server: ServerKind, before: BeforeReplay, log: AppliedLog, missing: readonly Problem[]): BootPrediction {
  const { machine, database, files, keyBucket, keyRows } = loaded;
  const read = loaded.started?.read ?? null;
  const served = serve(machine);
  const verdict = log.removed ? { result: 'dies' as const, diesAt: 'start' as const, message: permanentlyRemoved, writable: false, hazard: null } : judge(loaded, server, log);
  const hazards = hazardsOf(loaded, server, before, log.appliedIndex);
  const lostAll = served.keys === 0 && loaded.started === null && database.backend === null;
  const message = wordsOfWrite(database.backend?.wrongClaim?.kind);
  const writesDie = message === null ? {} : { result: 'dies' as const, diesAt: 'write' as const, message, causeFile: files.db?.path ?? null, writable: false };
  return {
    ...empty, ...describe(loaded), ...verdict, ...writesDie,
    ...(missing.length === 0 ? {} : { result: 'unknown' as const, writable: null }),
    hazard: missing.length > 0 ? null : lostAll ? 'empty-cluster' : (verdict.hazard ?? hazards.hazard),
    served: verdict.result === 'ready' && missing.length === 0 ? served : null,
    held: { ...served, compactRevision: machine.store.compactRevision },
    hashKv: verdict.result === 'ready' ? hashKv(machine.store, database.backend, keyBucket, keyRows, log.written) : null,
    uncommitted: log.leads ? 0 : (read?.entries.filter(({ index }) => index > read.state.commit).length ?? 0),
    replayed: log.applied,
    appliedIndex: log.appliedIndex,
    term: read?.state.term ?? database.term,
    problems: [...loaded.problems, ...missing, ...hazards.problems],
  };
}

/** Would etcd of this line start from the directory, with which words would it end, and what would it serve? */
export function predictBoot(dir: DataDir, options: BootOptions): BootPrediction {
  const server = serverKind(options);
  const { loaded, failure } = startMember(dir, server, { hashes: true, forceNewCluster: options.forceNewCluster === true });
  if (failure !== null) return failed(failure, dir);
  // As they are before the log changes them.
  const [facts, before] = [describe(loaded), beforeReplay(loaded)];
  let log: AppliedLog | null = null;
  try {
    log = applyLog(loaded, server, options);
    return reportOfStart(loaded, server, before, log, dir.complete ? [] : missingParts(loaded));
  } catch (thrown) {
    if (!(thrown instanceof Death)) throw thrown;
    const { files } = loaded;
    const segment = thrown instanceof EntryDeath ? loaded.started?.log.names[thrown.segment]?.name : undefined;
    const causeFile = segment === undefined ? (files.db?.path ?? null) : files.walPrefix + segment;
    return {
      ...empty, ...facts, result: 'dies', diesAt: log === null ? 'start' : 'range', message: thrown.message, causeFile, writable: false,
      replayed: log?.applied ?? null, appliedIndex: log?.appliedIndex ?? null, term: loaded.started?.read.state.term ?? loaded.database.term,
      problems: [...loaded.problems, ...fatalProblems(files, { causeFile, message: thrown.message, forWantOfFile: false })],
    };
  }
}
