import { Death } from '../../formats/bbolt/behaviour/death.js';
import type { Problem } from '../../formats/problem.js';
import type { DataDir } from '../data-dir.js';
import type { Write } from '../replay/store.js';
import { hashKv, type HashKv } from '../replay/hash-kv.js';
import { serve } from '../replay/served.js';
import type { BootReport } from '../verdict.js';
import type { EtcdRelease } from '../version.js';
import { beforeReplay, hazardsOf } from './hazards.js';
import { fatalProblems } from './fatal-problems.js';
import { forceNewCluster } from './force-new-cluster.js';
import { memberFiles } from './member-files.js';
import { hexId } from './membership.js';
import { serverKind, startMember, type LoadedMember, type ServerKind, type StartFailure } from './member-start.js';
import { EntryDeath, replayLog, type Replayed } from './replay.js';
import { neverPublished, pageBeyondEnd } from './words.js';

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
  const open = failure.forWantOfFile && !dir.complete;
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

function judge(loaded: LoadedMember, server: ServerKind, replayed: Replayed, last: bigint): Pick<BootReport, 'result' | 'message' | 'writable' | 'hazard'> {
  const gap = loaded.database.consistentIndex - last;
  if (!replayed.leads) return { result: 'hangs', message: null, writable: false, hazard: gap > 0n ? 'writes-swallowed' : null };
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

/** Would etcd of this line start from the directory, with which words would it end, and what would it serve? */
export function predictBoot(dir: DataDir, options: BootOptions): BootPrediction {
  const server = serverKind(options);
  const { loaded, failure } = startMember(dir, server, true);
  if (failure !== null) return failed(failure, dir);
  const missing = dir.complete ? [] : missingParts(loaded);
  const { machine, started, membership, database, files } = loaded;
  const read = started?.read ?? null;
  const facts = describe(loaded);
  const before = beforeReplay(loaded);
  let phase: 'start' | 'range' = 'start';
  let replayed: Replayed | null = null;
  const written: Write[] = [];
  try {
    const forced = options.forceNewCluster === true && started !== null ? forceNewCluster(started, loaded.snapshot?.index ?? 0n, database.consistentIndex, server.version, membership) : null;
    replayed = started === null || read === null
      ? { applied: 0, appliedIndex: database.consistentIndex, leads: true }
      : replayLog(machine, {
          log: started.log,
          entries: forced?.entries ?? read.entries,
          commit: forced?.commit ?? read.state.commit,
          consistentIndex: database.consistentIndex,
          memberId: read.memberId ?? 0n,
          membership,
          plainLog: server.behaviour.plainLog,
          serverVersion: server.version,
          downgrade: loaded.downgrade,
          membersInDatabase: server.line === '3.6' ? new Set(loaded.membersInDatabase.keys()) : null,
          onWrites: (changes) => {
            written.push(...changes);
            options.onWrites?.(changes);
          },
        });
    if (forced !== null && read?.memberId != null) {
      membership.learners.clear();
      membership.voters.clear();
      membership.voters.add(read.memberId);
      replayed = { ...replayed, leads: true };
    }
    phase = 'range';
    const served = serve(machine);
    const verdict = judge(loaded, server, replayed, forced?.last ?? read?.entries.at(-1)?.index ?? loaded.snapshot?.index ?? 0n);
    const hazards = hazardsOf(loaded, server, before, replayed.appliedIndex);
    const lostAll = served.keys === 0 && started === null && database.backend === null;
    const writesDie = database.backend?.wrongClaim?.kind === 'beyond' ? { result: 'dies' as const, diesAt: 'write' as const, message: pageBeyondEnd, causeFile: files.db?.path ?? null, writable: false } : {};
    return {
      ...empty, ...facts, ...describe(loaded), ...verdict, ...writesDie,
      ...(missing.length === 0 ? {} : { result: 'unknown' as const, writable: null }),
      hazard: missing.length > 0 ? null : lostAll ? 'empty-cluster' : (verdict.hazard ?? hazards.hazard),
      served: verdict.result === 'ready' && missing.length === 0 ? served : null,
      held: { ...served, compactRevision: machine.store.compactRevision },
      hashKv: verdict.result === 'ready' ? hashKv(machine.store, database.backend, loaded.keyBucket, loaded.keyRows, written) : null,
      uncommitted: replayed.leads ? 0 : (read?.entries.filter(({ index }) => index > read.state.commit).length ?? 0),
      replayed: replayed.applied,
      appliedIndex: replayed.appliedIndex,
      term: read?.state.term ?? database.term,
      problems: [...loaded.problems, ...missing, ...hazards.problems],
    };
  } catch (thrown) {
    if (!(thrown instanceof Death)) throw thrown;
    const segment = thrown instanceof EntryDeath ? started?.log.names[thrown.segment]?.name : undefined;
    const causeFile = segment === undefined ? (files.db?.path ?? null) : files.walPrefix + segment;
    return {
      ...empty, ...facts, result: 'dies', diesAt: phase, message: thrown.message, causeFile, writable: false,
      replayed: replayed?.applied ?? null, appliedIndex: replayed?.appliedIndex ?? null, term: read?.state.term ?? database.term,
      problems: [...loaded.problems, ...fatalProblems(files, { causeFile, message: thrown.message, forWantOfFile: false })],
    };
  }
}

export { logWrites, type LogWrites } from './writes.js';
