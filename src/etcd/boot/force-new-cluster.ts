import { compareVersions } from '../version.js';
import type { ReadLog } from '../raft/log.js';
import type { LogEntry } from '../raft/log.js';
import type { Membership } from './membership.js';

/**
 * What `--force-new-cluster` makes of a log: entries above the recorded commit index are discarded, every
 * other member is removed. Since 3.5.22 and 3.6.1 entries that the database has already applied count as
 * committed (bootstrapWALFromSnapshot).
 */
export function forceNewCluster(read: ReadLog, consistentIndex: bigint, version: string, membership: Membership): { readonly entries: readonly LogEntry[]; readonly commit: bigint; readonly discarded: number } {
  const keepsApplied = compareVersions(version, '3.6.0') === 0 ? false : compareVersions(version, '3.5.22') >= 0;
  const { commit } = read.state;
  const upTo = keepsApplied && consistentIndex > commit ? consistentIndex : commit;
  const entries = read.entries.filter(({ index }) => index <= upTo);
  if (read.memberId !== null) {
    membership.voters.clear();
    membership.learners.clear();
    membership.voters.add(read.memberId);
  }
  return { entries, commit: upTo, discarded: read.entries.length - entries.length };
}
