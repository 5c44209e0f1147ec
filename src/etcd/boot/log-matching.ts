import type { LogEntry, ReadLog } from '../raft/log.js';

/** The entry that a database has applied last; term 0 where it does not say, as up to 3.4. */
export interface Position {
  readonly index: bigint;
  readonly term: bigint;
}

/** Before the first entry of all. */
export const beginning: Position = { index: 0n, term: 0n };

/** A log as other members see it: its entries above `start`, and what is known to be committed or applied. */
export interface LogView {
  readonly start: Position;
  readonly entries: readonly LogEntry[];
  readonly lastIndex: bigint;
  readonly lastTerm: bigint;
  readonly commit: bigint;
  readonly applied: Position;
}

/** A log that was read above `start`, with the entry that its database has applied. */
export function viewOf(read: ReadLog, start: Position, applied: Position): LogView {
  const last = read.entries.at(-1);
  return { start, entries: read.entries, lastIndex: last?.index ?? start.index, lastTerm: last?.term ?? start.term, commit: read.state.commit, applied };
}

/** raft's order of logs: last term first, then length. */
export const atLeast = (a: LogView, b: LogView): boolean => a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex >= b.lastIndex);

/** Term of an entry, or of the snapshot that the log starts above; undefined where the log does not reach. */
function termAt({ start, entries }: LogView, index: bigint): bigint | undefined {
  return index === start.index ? start.term : entries[Number(index - start.index - 1n)]?.term;
}

/**
 * First index at which two logs differ or one of them ends, looked for as a leader does: equal terms at one index
 * mean equal logs up to there. It is the lowest index that both can compare when they differ there already.
 */
function firstDifference(a: LogView, b: LogView): bigint {
  const from = a.start.index > b.start.index ? a.start.index : b.start.index;
  let index = a.lastIndex < b.lastIndex ? a.lastIndex : b.lastIndex;
  while (index >= from && termAt(a, index) !== termAt(b, index)) index -= 1n;
  return index + 1n;
}

/** Own entries that agree with the leader's log, then the leader's. Null when a snapshot must be sent instead. */
export function entriesFor(follower: LogView, leader: LogView): { readonly own: readonly LogEntry[]; readonly sent: readonly LogEntry[] } | null {
  const differ = firstDifference(follower, leader);
  if (differ <= leader.start.index) return null;
  return { own: follower.entries.filter(({ index }) => index < differ), sent: leader.entries.filter(({ index }) => index >= differ) };
}

/** Whether the leader's log holds what a database has applied: that entry, not another one of its number. */
export function holdsApplied(leader: LogView, { index, term }: Position): boolean {
  const there = termAt(leader, index);
  return index <= leader.lastIndex && (term === 0n || there === undefined || there === term);
}

/** Whether a log holds something else than the leader's at an index that is known to be committed and that the leader can still send. */
export function contradictsCommitted(other: LogView, leader: LogView): boolean {
  const differ = firstDifference(other, leader);
  return differ > leader.start.index && differ <= other.lastIndex && differ <= other.commit;
}

/** Whether the leader lacks what a log holds or a database has applied, and is known to have been committed. */
export function surelyLost(other: LogView, leader: LogView): boolean {
  const differ = firstDifference(other, leader);
  return other.commit > leader.lastIndex || !holdsApplied(leader, other.applied) || (differ <= other.lastIndex && differ <= other.commit);
}

/**
 * Whether a log holds entries that the leader lacks and that may have been committed. They were not when the leader
 * holds something of a later term in their place: whoever wrote that had all that was committed.
 */
export function mayLose(other: LogView, leader: LogView): boolean {
  if (surelyLost(other, leader)) return true;
  const differ = firstDifference(other, leader);
  if (other.lastIndex < differ) return false;
  const [mine, theirs] = [termAt(other, differ), termAt(leader, differ)];
  return mine === undefined || theirs === undefined || theirs <= mine;
}
