import { Death } from '../../formats/bbolt/behaviour/death.js';
import type { LogEntry } from '../raft/log.js';
import { compareVersions } from '../version.js';
import { votersAfter, type StartedLog } from './log-start.js';
import { hexId, type Membership } from './membership.js';
import { commitOutOfRange } from './words.js';

/** What is left of a log, and where it ends once the other members are removed. */
export interface ForcedLog {
  readonly entries: readonly LogEntry[];
  readonly commit: bigint;
  /** Index of the last entry, those that remove the other members included. */
  readonly last: bigint;
}

/**
 * What `--force-new-cluster` makes of a log that starts above `start`: entries above the recorded commit index
 * are discarded, and entries are appended that remove every other member. Since 3.5.22 and 3.6.1 entries that the
 * database has already applied count as committed (bootstrapWALFromSnapshot); throws Death where the log lacks them.
 */
export function forceNewCluster(started: StartedLog, start: bigint, consistentIndex: bigint, version: string, membership: Membership): ForcedLog {
  const { read } = started;
  const keepsApplied = compareVersions(version, '3.6.0') === 0 ? false : compareVersions(version, '3.5.22') >= 0;
  const commit = keepsApplied && consistentIndex > read.state.commit ? consistentIndex : read.state.commit;
  const entries = read.entries.filter(({ index }) => index <= commit);
  const self = read.memberId ?? 0n;
  const members = votersAfter(started, entries, membership);
  const appended = BigInt(members.size) + (members.has(self) ? -1n : 1n);
  const end = entries.at(-1)?.index ?? start;
  if (commit > end) {
    if (entries.length === 0 && appended > 0n) throw new Death('panic', `missing log entry [last: ${start}, append at: ${commit + 1n}]`);
    throw new Death('panic', commitOutOfRange(hexId(self), commit + appended, start, end + appended));
  }
  return { entries, commit, last: commit + appended };
}
