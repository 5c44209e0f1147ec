import { Death } from '../../formats/bbolt/behaviour/death.js';
import { entryData, type LogEntry, type LogFiles } from '../raft/log.js';
import { decodeConfChange, entryType } from '../raft/messages.js';
import { decodeRequest, type RaftRequest } from '../raft/request.js';
import { applyRequest, type Machine } from '../replay/apply.js';
import type { Write } from '../replay/store.js';
import type { Downgrade } from '../start/other-buckets.js';
import { compareVersions } from '../version.js';
import { clusterVersionIn, downgradeIn, refuseDowngrade } from './downgrade.js';
import { changeMembership, type Membership } from './membership.js';
import type { ServerKind } from './member-start.js';

/** How far the log was applied. */
export interface Replayed {
  /** Entries above the consistent index that were applied. */
  readonly applied: number;
  readonly appliedIndex: bigint;
  /** True when the member can elect itself and so commit what it holds. */
  readonly leads: boolean;
  /** The downgrade that is known of then. */
  readonly downgrade: Downgrade | null;
}

export interface ReplayOptions {
  readonly log: LogFiles;
  readonly entries: readonly LogEntry[];
  readonly commit: bigint;
  readonly consistentIndex: bigint;
  readonly memberId: bigint;
  readonly membership: Membership;
  /** Members that the database lists already: 3.6 refuses to add them again, and raft is left without voters. */
  readonly membersInDatabase?: ReadonlySet<bigint> | null;
  /** Who ends when an entry says that the cluster is newer, or cannot be taken. Undefined where nobody starts. */
  readonly server?: ServerKind;
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

/** Applies a change of the membership. `isThere`: 3.6 refuses to add a member that its database has already. */
function changeVoters(membership: Membership, entry: LogEntry, log: LogFiles, isThere: (memberId: bigint) => boolean): void {
  const change = decodeConfChange(entryData(log, entry), log.dialect.protobuf);
  if (change.error !== null) throw new EntryDeath(`unmarshal should never fail (${change.error})`, entry.segment);
  if (change.value.kind !== 'add-voter' || !isThere(change.value.memberId)) changeMembership(membership, change.value);
  if (membership.voters.size === 0) throw new Death('panic', 'removed all voters');
}

/** Ends the server where it cannot take a request; returns the downgrade that is known of behind it. */
function admit(server: ServerKind, request: RaftRequest, { segment }: LogEntry, fresh: boolean, known: Downgrade | null): Downgrade | null {
  const change = downgradeIn(request);
  const downgrade = change === undefined ? known : change;
  // The version of the cluster is kept in memory: entries that the database has already count for it too.
  const clusterVersion = clusterVersionIn(request, server.version);
  if (clusterVersion !== null) refuseDowngrade(server.version, clusterVersion, downgrade);
  // Up to 3.4 the id is not looked for in what the database has already.
  if (!request.identified && (fresh || !server.behaviour.plainLog)) throw new EntryDeath(compareVersions(server.version, '3.6.0') < 0 ? nilPointer : 'applyEntryNormal, could not find a header', segment);
  return downgrade;
}

/**
 * Applies the log as a starting member does: what is known to be committed first; the rest only if this
 * member is the single voter and so elects itself. Throws Death where the server would end.
 */
export function replayLog(machine: Machine, options: ReplayOptions): Replayed {
  const { log, membership, memberId, consistentIndex, membersInDatabase, server } = options;
  const leads = (): boolean => membership.voters.size === 1 && membership.voters.has(memberId);
  let applied = 0;
  let appliedIndex = consistentIndex;
  let downgrade = options.downgrade ?? null;
  for (const entry of options.entries) {
    if (entry.index > options.commit && !leads()) break;
    const fresh = entry.index > consistentIndex;
    if (entry.type === entryType.confChange) changeVoters(membership, entry, log, (id) => fresh && membersInDatabase?.has(id) === true);
    else if (entry.type !== entryType.normal) {
      throw new EntryDeath(server?.behaviour.plainLog === true ? 'entry type should be either EntryNormal or EntryConfChange' : 'unknown entry type; must be either EntryNormal or EntryConfChange', entry.segment);
    }
    if (fresh) {
      applied += 1;
      appliedIndex = entry.index;
    }
    if (entry.type !== entryType.normal || entry.dataLength === 0 || (!fresh && server === undefined)) continue;
    // A server decodes what the database has already as well, and ends where it cannot (applyEntryNormal).
    const { request, error } = decodeRequest(entryData(log, entry), log.dialect.protobuf);
    if (error !== null) throw new EntryDeath(error, entry.segment);
    if (request === null) continue;
    if (server !== undefined) downgrade = admit(server, request, entry, fresh, downgrade);
    if (!fresh) continue;
    const { writes } = applyRequest(machine, request);
    if (writes.length > 0) options.onWrites?.(writes, entry);
  }
  return { applied, appliedIndex, leads: leads(), downgrade };
}
