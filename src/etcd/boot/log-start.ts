import { readRaftSnapshot, type RaftSnapshot } from '../../formats/raft-snapshot/index.js';
import { readRecords } from '../../formats/wal/index.js';
import type { Problem } from '../../formats/problem.js';
import { sliceSource, type ByteSource } from '../../formats/source.js';
import { entryData, openFailure, readLog, type LogEntry, type LogFailure, type LogFiles, type ReadLog } from '../raft/log.js';
import { decodeConfChange, entryType, type ConfState, type SnapshotMark } from '../raft/messages.js';
import { changeMembership, type Membership } from './membership.js';

/** The snapshot that the log is read from. */
export interface StartSnapshot {
  readonly index: bigint;
  readonly term: bigint;
  readonly confState: ConfState | null;
  /** The v2 store in it, up to 3.6. */
  readonly store: Uint8Array | null;
  /** Name of the `.snap` file; null when it comes from the log alone (3.7). */
  readonly name: string | null;
}

function problem(code: string, severity: Problem['severity'], message: string, offset: number | null = null): Problem {
  return { code, severity, offset, page: null, message };
}

/**
 * The newest `.snap` that loads and that the log knows (Snapshotter.LoadNewestAvailable); damaged and
 * unknown ones are passed over, as etcd does.
 */
export function newestSnapshot(snaps: ReadonlyMap<string, ByteSource>, marks: readonly SnapshotMark[], report: (problem: Problem) => void): StartSnapshot | null {
  for (const name of [...snaps.keys()].sort().reverse()) {
    const read: RaftSnapshot = readRaftSnapshot(snaps.get(name)!);
    if (read.error !== null || read.metadata === null) {
      report(problem('snap.unreadable', 'warning', `${name}: ${read.error ?? 'no metadata'}; etcd renames it to ${name}.broken and takes an older one`));
      continue;
    }
    const { index, term, voters, learners } = read.metadata;
    if (!marks.some((mark) => mark.index === index && mark.term === term)) {
      report(problem('snap.unknown', 'info', `${name}: the log has no mark for term ${term}, index ${index}; etcd passes it over`));
      continue;
    }
    return { index, term, confState: { voters, learners }, store: read.store, name };
  }
  return null;
}

/** The last valid mark of the log: what 3.7 starts from. It ignores `.snap` files. */
export function lastMark(marks: readonly SnapshotMark[]): StartSnapshot | null {
  const mark = marks.at(-1);
  return mark === undefined ? null : { index: mark.index, term: mark.term, confState: mark.confState, store: null, name: null };
}

/** The log as the member will hold it, after a repair if etcd makes one. */
export interface StartedLog {
  readonly log: LogFiles;
  readonly read: ReadLog;
  /** What the repair cut off: segment name, offset, bytes; null without repair. */
  readonly repair: { readonly name: string; readonly offset: number; readonly bytes: number } | null;
  readonly failure: { readonly kind: 'open' | 'read' | 'repair'; readonly message: string; readonly cause: LogFailure | null } | null;
}

/** Members that vote once these entries of the log are applied (GetEffectiveNodeIDsFromWALEntries). */
export function votersAfter({ log }: StartedLog, entries: readonly LogEntry[], membership: Membership): ReadonlySet<bigint> {
  const after: Membership = { voters: new Set(membership.voters), learners: new Set(membership.learners), known: new Map() };
  for (const entry of entries) {
    if (entry.type !== entryType.confChange) continue;
    const { value } = decodeConfChange(entryData(log, entry), log.dialect.protobuf);
    if (value !== null) changeMembership(after, value);
  }
  return after.voters;
}

/** A log of which nothing could be read. */
export const nothingRead: ReadLog = { memberId: null, clusterId: null, state: { term: 0n, vote: 0n, commit: 0n }, entries: [], failure: null, endSegment: 0, endOffset: 0 };

/** wal.Repair: the last segment alone, from its start; cut behind the last good record. */
function cutTail(log: LogFiles): { readonly log: LogFiles; readonly name: string; readonly offset: number; readonly bytes: number } | 'whole' | 'cannot' {
  const last = log.segments.at(-1);
  if (last === undefined) return 'cannot';
  const reader = readRecords([last], log.dialect);
  let next = reader.next();
  while (next.done !== true) next = reader.next();
  const { error, offset } = next.value;
  if (error === null) return 'whole';
  if (!error.repairable) return 'cannot';
  const segments = [...log.segments.slice(0, -1), { name: last.name, source: sliceSource(last.source, 0, offset) }];
  return { log: { ...log, segments }, name: last.name, offset, bytes: last.source.byteLength - offset };
}

/** Opens and reads the log from a snapshot; repairs a torn tail once (openWALFromSnapshot, readWAL). */
export function startLog(log: LogFiles, start: { readonly index: bigint; readonly term: bigint }): StartedLog {
  const cannotOpen = openFailure(log, start.index);
  if (cannotOpen !== null) return { log, read: nothingRead, repair: null, failure: { kind: 'open', message: cannotOpen, cause: null } };
  const first = readLog(log, start);
  if (first.failure === null) return { log, read: first, repair: null, failure: null };
  if (!first.failure.unexpectedEof) return { log, read: first, repair: null, failure: { kind: 'read', message: first.failure.message, cause: first.failure } };
  const cut = cutTail(log);
  if (cut === 'cannot') return { log, read: first, repair: null, failure: { kind: 'repair', message: first.failure.message, cause: first.failure } };
  const repaired = cut === 'whole' ? log : cut.log;
  const second = cut === 'whole' ? first : readLog(repaired, start);
  const repair = cut === 'whole' ? null : { name: cut.name, offset: cut.offset, bytes: cut.bytes };
  const failure = second.failure === null ? null : { kind: 'read' as const, message: second.failure.message, cause: second.failure };
  return { log: repaired, read: second, repair, failure };
}
