import { Death } from '../../formats/bbolt/behaviour/death.js';
import { readLog, type LogFiles, type ReadLog } from '../raft/log.js';
import { entryType, type SnapshotMark } from '../raft/messages.js';
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
 * Replays a log that reaches back to an empty store, up to an index. Null when it does not: its first segments are gone,
 * it cannot be read, it began on a restored snapshot (a mark right behind the founders' entries), or it depends on when the
 * server was started again.
 */
export function historyOf(log: LogFiles, marks: readonly SnapshotMark[], upTo: bigint, behaviour: LineBehaviour): LogHistory | null {
  if (log.names[0]?.index !== 0n) return null;
  const read = readLog(log, beginning);
  if (read.failure !== null || read.entries[0]?.index !== 1n || read.memberId === null) return null;
  const start = BigInt(founders(read));
  if (marks.some((mark) => mark.index === start && mark.term === 1n && mark.index > 0n)) return null;
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
