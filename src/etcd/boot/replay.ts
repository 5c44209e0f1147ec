import { Death } from '../../formats/bbolt/behaviour/death.js';
import { entryData, type LogEntry, type LogFiles } from '../raft/log.js';
import { decodeConfChange, entryType } from '../raft/messages.js';
import { decodeRequest } from '../raft/request.js';
import { applyRequest, type Machine } from '../replay/apply.js';
import type { Write } from '../replay/store.js';
import { compareVersions } from '../version.js';
import type { Downgrade } from '../start/other-buckets.js';
import { clusterVersionIn, downgradeIn, refuseDowngrade } from './downgrade.js';
import { changeMembership, type Membership } from './membership.js';

/** How far the log was applied. */
export interface Replayed {
  /** Entries above the consistent index that were applied. */
  readonly applied: number;
  readonly appliedIndex: bigint;
  /** True when the member can elect itself and so commit what it holds. */
  readonly leads: boolean;
}

export interface ReplayOptions {
  readonly log: LogFiles;
  readonly entries: readonly LogEntry[];
  readonly commit: bigint;
  readonly consistentIndex: bigint;
  readonly memberId: bigint;
  readonly membership: Membership;
  /** Members that the database lists already: 3.6 refuses to add them again, and raft is left without voters. */
  readonly membersInDatabase: ReadonlySet<bigint> | null;
  /** The log of 3.3 and 3.4 has other words for an unknown entry type. */
  readonly plainLog?: boolean;
  /** Version of the server: it ends when an entry says that the cluster is newer. Undefined where nobody starts. */
  readonly serverVersion?: string;
  /** The downgrade that the database knows of. */
  readonly downgrade?: Downgrade | null;
  /** Called with the changes of each entry, in order. */
  readonly onWrites?: (writes: readonly Write[], entry: LogEntry) => void;
}

const nilPointer = 'runtime error: invalid memory address or nil pointer dereference';

/** A server ends because of what an entry holds; `segment` is its position in the log. */
export class EntryDeath extends Death {
  constructor(message: string, readonly segment: number) {
    super('panic', message);
  }
}

/**
 * Applies the log as a starting member does: what is known to be committed first; the rest only if this
 * member is the single voter and so elects itself. Throws Death where the server would end.
 */
export function replayLog(machine: Machine, options: ReplayOptions): Replayed {
  const { log, membership, memberId, consistentIndex } = options;
  const leads = (): boolean => membership.voters.size === 1 && membership.voters.has(memberId);
  let applied = 0;
  let appliedIndex = consistentIndex;
  let downgrade = options.downgrade ?? null;
  for (const entry of options.entries) {
    if (entry.index > options.commit && !leads()) break;
    const fresh = entry.index > consistentIndex;
    if (entry.type === entryType.confChange) {
      const change = decodeConfChange(entryData(log, entry), log.dialect.protobuf);
      if (change.error !== null) throw new EntryDeath(`unmarshal should never fail (${change.error})`, entry.segment);
      if (fresh && change.value.kind === 'add-voter' && options.membersInDatabase?.has(change.value.memberId) === true) {
        if (membership.voters.size === 0) throw new Death('panic', 'removed all voters');
      } else changeMembership(membership, change.value);
      if (membership.voters.size === 0) throw new Death('panic', 'removed all voters');
    } else if (entry.type !== entryType.normal) {
      throw new EntryDeath(options.plainLog === true ? 'entry type should be either EntryNormal or EntryConfChange' : 'unknown entry type; must be either EntryNormal or EntryConfChange', entry.segment);
    }
    if (fresh) {
      applied += 1;
      appliedIndex = entry.index;
    }
    if (entry.type !== entryType.normal || entry.dataLength === 0) continue;
    const { serverVersion } = options;
    if (!fresh && serverVersion === undefined) continue;
    // A server decodes what the database has already as well, and ends where it cannot (applyEntryNormal).
    const { request, error } = decodeRequest(entryData(log, entry), log.dialect.protobuf);
    if (error !== null) throw new EntryDeath(error, entry.segment);
    if (request === null) continue;
    // The version of the cluster is kept in memory: those entries count for it too.
    if (serverVersion !== undefined) {
      const change = downgradeIn(request);
      if (change !== undefined) downgrade = change;
      const clusterVersion = clusterVersionIn(request, serverVersion);
      if (clusterVersion !== null) refuseDowngrade(serverVersion, clusterVersion, downgrade);
    }
    // Up to 3.4 it is not looked for in what the database has already.
    if (serverVersion !== undefined && !request.identified && (fresh || options.plainLog !== true)) throw new EntryDeath(compareVersions(serverVersion, '3.6.0') < 0 ? nilPointer : 'applyEntryNormal, could not find a header', entry.segment);
    if (!fresh) continue;
    const { writes } = applyRequest(machine, request);
    if (writes.length > 0) options.onWrites?.(writes, entry);
  }
  return { applied, appliedIndex, leads: leads() };
}
