import { Death } from '../../formats/death.js';
import { crc32c } from '../../formats/crc32c.js';
import { latin1 } from '../../formats/latin1.js';
import { entryData, readLog, type LogFiles, type ReadLog } from '../raft/log.js';
import { entryType, type SnapshotMark } from '../raft/messages.js';
import { decodeRequest, type TxnOperation } from '../raft/request.js';
import type { Machine } from '../replay/apply.js';
import { emptyMachine } from '../replay/from-database.js';
import type { LineBehaviour } from '../start/line-behaviour.js';
import type { LiveKey } from '../replay/store.js';
import { beginning } from './log-matching.js';
import { membershipOf } from './membership.js';
import { replayLog } from './replay.js';

/** What the log alone says that the store must hold. */
export interface LogHistory {
  readonly machine: Machine;
  /** Entries that were replayed. */
  readonly entries: number;
}

/** Entries that a restore or a new cluster writes before anything else: one per founder. */
function founders(read: ReadLog): number {
  let count = 0;
  while (read.entries[count]?.type === entryType.confChange) count += 1;
  return count;
}

/**
 * A log that reaches back to an empty store. Null when it does not: its first segments are gone, it cannot be read, or it
 * began on a restored snapshot (a mark right behind the founders' entries).
 */
function wholeLog(log: LogFiles, marks: readonly SnapshotMark[]): ReadLog | null {
  if (log.names[0]?.index !== 0n) return null;
  const read = readLog(log, beginning);
  if (read.failure !== null || read.entries[0]?.index !== 1n || read.memberId === null) return null;
  const start = BigInt(founders(read));
  return marks.some((mark) => mark.index === start && mark.term === 1n && mark.index > 0n) ? null : read;
}

/** Replays a whole log, up to an index. Null when it is not whole, or depends on when the server was started again. */
export function historyOf(log: LogFiles, marks: readonly SnapshotMark[], upTo: bigint, behaviour: LineBehaviour): LogHistory | null {
  const read = wholeLog(log, marks);
  if (read === null || read.memberId === null) return null;
  const machine = emptyMachine(behaviour);
  const membership = membershipOf({ voters: [read.memberId], learners: [] });
  const entries = read.entries.filter(({ index }) => index <= upTo);
  try {
    replayLog(machine, { log, entries, commit: upTo, consistentIndex: 0n, memberId: read.memberId, membership });
  } catch (thrown) {
    if (thrown instanceof Death) return null;
    throw thrown;
  }
  return machine.wentPast ? null : { machine, entries: entries.length };
}

/** Notes for every key the CRC-32C of each value that a put of these operations has, whether it was taken or refused. */
function notePuts(operations: readonly TxnOperation[], into: Map<string, Set<number>>): void {
  for (const operation of operations) {
    if (operation.kind === 'put' && !operation.ignoreValue) {
      const key = latin1(operation.key);
      const sums = into.get(key) ?? new Set<number>();
      into.set(key, sums.add(crc32c(operation.value)));
    } else if (operation.kind === 'txn') notePuts([...operation.success, ...operation.failure], into);
  }
}

/** Live keys with a value that no put of a whole log has: nobody wrote it, whichever requests were refused. Empty where the log is not whole. */
export function valuesNeverPut(log: LogFiles, marks: readonly SnapshotMark[], actual: Machine): readonly string[] {
  const read = wholeLog(log, marks);
  if (read === null) return [];
  const sums = new Map<string, Set<number>>();
  for (const entry of read.entries) {
    if (entry.type !== entryType.normal || entry.dataLength === 0) continue;
    const { request } = decodeRequest(entryData(log, entry), log.dialect.protobuf);
    if (request?.operation.kind === 'put' || request?.operation.kind === 'txn') notePuts([request.operation], sums);
  }
  return [...actual.store.live].filter(([key, live]) => live.lost === true || sums.get(key)?.has(crc32c(live.value ?? actual.valueOf(live))) !== true).map(([key]) => key);
}

/** How two states of the store differ; at most `most` keys of each kind are named. */
export interface StoreDifference {
  readonly lost: readonly string[];
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly count: number;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const sameNumbers = (a: LiveKey, b: LiveKey): boolean => a.modRevision === b.modRevision && a.createRevision === b.createRevision && a.version === b.version && a.lease === b.lease;

/** Compares what is served with what should be. */
export function differenceOf(expected: Machine, actual: Machine, most = 12): StoreDifference {
  const lost: string[] = [];
  const added: string[] = [];
  const changed: string[] = [];
  let count = 0;
  const note = (list: string[], key: string): void => {
    count += 1;
    if (list.length < most) list.push(key);
  };
  const valueIn = (machine: Machine, live: LiveKey): Uint8Array => live.value ?? machine.valueOf(live);
  for (const [key, live] of expected.store.live) {
    const there = actual.store.live.get(key);
    if (there === undefined) note(lost, key);
    else if (there.lost === true || !sameNumbers(live, there) || !sameBytes(valueIn(expected, live), valueIn(actual, there))) note(changed, key);
  }
  for (const key of actual.store.live.keys()) if (!expected.store.live.has(key)) note(added, key);
  return { lost, added, changed, count };
}
