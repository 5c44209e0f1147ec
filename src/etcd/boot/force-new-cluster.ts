import { Death } from '../../formats/death.js';
import { entryData, type LogEntry, type ReadLog } from '../raft/log.js';
import { decodeConfChange, entryType } from '../raft/messages.js';
import { compareVersions } from '../version.js';
import type { StartedLog, StartSnapshot } from './log-start.js';
import { hexId } from './membership.js';
import { commitOutOfRange } from './words.js';

/** What is left of a log, and where it ends once the other members are removed. */
export interface ForcedLog {
  readonly entries: readonly LogEntry[];
  readonly commit: bigint;
  /** Index that raft takes for the last one, by the number of entries, those that remove the other members included. */
  readonly held: bigint;
  /** Whether an entry adds this member. */
  readonly addsSelf: boolean;
}

/** Ends a server whose recorded state does not fit its log (raft.go loadState; an empty state is not loaded). */
export function refuseCommit({ memberId, state: { term, vote } }: ReadLog, commit: bigint, from: bigint, to: bigint): void {
  const isEmpty = term === 0n && vote === 0n && commit === 0n;
  if (!isEmpty && (commit < from || commit > to)) throw new Death('panic', commitOutOfRange(hexId(memberId ?? 0n), commit, from, to));
}

/**
 * The members that must be removed, this one among them (getIDs, GetEffectiveNodeIDsFromWALEntries): of a snapshot the
 * voters, and the learners since 3.5.25 and 3.6.6; of the log everybody who was added, though 3.3 knows no learners and ends.
 */
function effectiveMembers({ log }: StartedLog, entries: readonly LogEntry[], snapshot: StartSnapshot | null, version: string): ReadonlySet<bigint> {
  const countsLearners = compareVersions(version, '3.6.0') >= 0 ? compareVersions(version, '3.6.6') >= 0 : compareVersions(version, '3.5.25') >= 0;
  const members = new Set([...(snapshot?.confState?.voters ?? []), ...(countsLearners ? (snapshot?.confState?.learners ?? []) : [])]);
  for (const entry of entries) {
    if (entry.type !== entryType.confChange) continue;
    const { value: change, error } = decodeConfChange(entryData(log, entry), log.dialect.protobuf);
    if (error !== null) throw new Death('panic', `unmarshal should never fail (${error})`);
    const { kind, memberId } = change;
    if (kind === 'other' || (change.learner && compareVersions(version, '3.4.0') < 0)) throw new Death('panic', compareVersions(version, '3.5.0') < 0 ? 'ConfChange Type should be either ConfChangeAddNode or ConfChangeRemoveNode!' : 'unknown ConfChange Type');
    if (kind === 'remove') members.delete(memberId);
    else if (kind !== 'update') members.add(memberId);
  }
  return members;
}

/**
 * What `--force-new-cluster` makes of a log that is read from a snapshot: entries above the recorded commit index
 * are discarded, and entries are appended behind that index that remove every other member. The last entry of all is
 * then what counts as committed, so that a commit index beyond the log does no harm where nobody needs removing
 * (restartAsStandaloneNode up to 3.5, bootstrapWALFromSnapshot). Since 3.5.22 and 3.6.1 entries that the database has
 * already applied count as committed. Throws Death where the log does not reach the entries that are appended
 * (MemoryStorage.Append).
 */
export function forceNewCluster(started: StartedLog, snapshot: StartSnapshot | null, consistentIndex: bigint, version: string): ForcedLog {
  const { read } = started;
  const start = snapshot?.index ?? 0n;
  const keepsApplied = compareVersions(version, '3.6.0') === 0 ? false : compareVersions(version, '3.5.22') >= 0;
  const committed = keepsApplied && consistentIndex > read.state.commit ? consistentIndex : read.state.commit;
  const entries = read.entries.filter(({ index }) => index <= committed);
  const self = read.memberId ?? 0n;
  const members = effectiveMembers(started, entries, snapshot, version);
  const appended = BigInt(members.size) + (members.has(self) ? -1n : 1n);
  const end = entries.at(-1)?.index ?? start;
  if (appended > 0n && entries.length === 0 && committed > start) throw new Death('panic', `missing log entry [last: ${start}, append at: ${committed + 1n}]`);
  const commit = appended > 0n ? committed + appended : entries.length > 0 ? end : committed;
  // Appended entries at or below the snapshot are passed over.
  return { entries, commit, held: commit > start ? end + appended : end, addsSelf: !members.has(self) };
}
