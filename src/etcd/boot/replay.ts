import { Death } from '../../formats/death.js';
import { entryData, type LogEntry, type LogFiles } from '../raft/log.js';
import { decodeConfChange, entryType, type ConfChange } from '../raft/messages.js';
import { decodeRequest, type RaftRequest } from '../raft/request.js';
import { applyRequest, type Machine } from '../replay/apply.js';
import type { Write } from '../replay/store.js';
import type { Downgrade } from '../start/other-buckets.js';
import { compareVersions } from '../version.js';
import { clusterVersionIn, downgradeIn, refuseDowngrade, versionPath } from './downgrade.js';
import { changeMembership, hexId, type ListedMembers, type Membership } from './membership.js';
import type { ServerKind } from './member-start.js';

/** How far the log was applied. */
export interface Replayed {
  /** Entries above the consistent index that were applied. */
  readonly applied: number;
  readonly appliedIndex: bigint;
  /** True when the member can elect itself and so commit what it holds. */
  readonly leads: boolean;
  /** True when what it knows to be committed takes itself out of the cluster: it stops as soon as it has applied that. */
  readonly removed: boolean;
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
  /** Members as the database lists them; null, or left out, up to 3.5 and where nobody starts. Changed while the log is applied. */
  readonly listed?: ListedMembers | null;
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

/** Whether the members that are listed allow a change (RaftCluster.ValidateConfigurationChange of 3.6 and 3.7). */
function isValid({ present, removed }: ListedMembers, { kind, memberId }: ConfChange): boolean {
  if (removed.has(memberId)) return false;
  return present.has(memberId) !== (kind === 'add-voter' || kind === 'add-learner');
}

/** Ends a server that does not know a change of this type (RaftCluster.ValidateConfigurationChange): 3.3 knows no learners. */
function refuseUnknownChange({ kind, learner }: ConfChange, { segment }: LogEntry, fresh: boolean, server: ServerKind | undefined): void {
  if (server === undefined || (kind !== 'other' && !(learner && server.line === '3.3')) || (server.line === '3.7' && !fresh)) return;
  throw new EntryDeath(server.behaviour.plainLog ? 'ConfChange type should be either AddNode, RemoveNode or UpdateNode' : 'unknown ConfChange type', segment);
}

/**
 * Applies a change of the membership. 3.6 and 3.7 pass over one that the database contradicts, and raft may be left
 * without voters; 3.7 also over those that the database has already (applyConfChange). Returns the member that it removes.
 */
function changeVoters({ membership, listed, log, server }: ReplayOptions, entry: LogEntry, fresh: boolean): bigint | null {
  const { value: change, error } = decodeConfChange(entryData(log, entry), log.dialect.protobuf);
  if (error !== null) throw new EntryDeath(`unmarshal should never fail (${error})`, entry.segment);
  refuseUnknownChange(change, entry, fresh, server);
  const takes = fresh ? listed == null || isValid(listed, change) : server?.line !== '3.7';
  if (takes) changeMembership(membership, change);
  if (takes && fresh && listed != null && change.kind !== 'update') {
    if (change.kind === 'remove') {
      listed.present.delete(change.memberId);
      listed.removed.add(change.memberId);
    } else listed.present.add(change.memberId);
  }
  if (membership.voters.size === 0 && (fresh || takes)) throw new Death('panic', 'removed all voters');
  // A member that finds its own removal in the log stops, whether it takes it or has it already (3.4 to 3.7).
  return (takes || !fresh) && change.kind === 'remove' ? change.memberId : null;
}

/** The v2 requests that 3.6 still takes (apply_v2.go v2ToV3Request, server.go storeMemberAttributeRegexp). */
const attributesPath = /\/0\/members\/([0-9a-fA-F]{1,16})\/attributes/;

/** The member whose attributes a request sets; null for any other. */
function publishedMember({ operation }: RaftRequest): bigint | null {
  if (operation.kind === 'member-attributes') return operation.memberId;
  const id = operation.kind === 'v2' ? attributesPath.exec(operation.path)?.[1] : undefined;
  return id === undefined ? null : BigInt(`0x${id}`);
}

/**
 * RaftCluster.UpdateAttributes of 3.6 and 3.7: ends the server where the member is not one of the database's, also for
 * entries that it has already.
 */
export function refuseUnknownMember(member: bigint, { present, removed }: ListedMembers, segment: number | null): void {
  if (present.has(member) || removed.has(member)) return;
  const message = `failed to update; member unknown | {"unknown-remote-peer-id": "${hexId(member)}"}`;
  throw segment === null ? new Death('panic', message) : new EntryDeath(message, segment);
}

/** Ends 3.6 and 3.7 where a request speaks of a member that they do not know, or is one that only older ones take. */
function refuseOldRequest(request: RaftRequest, { segment }: LogEntry, listed: ListedMembers): void {
  const { operation } = request;
  const member = publishedMember(request);
  if (operation.kind === 'v2' && (operation.method !== 'PUT' || (member === null && operation.path !== versionPath))) {
    throw new EntryDeath(`detected disallowed v2 WAL for stage --v2-deprecation=write-only | {"method": "${operation.method}"}`, segment);
  }
  if (member !== null) refuseUnknownMember(member, listed, segment);
}

/** What 3.6 and 3.7 say of a request without an id. */
const noHeader = (version: string): string => (compareVersions(version, '3.7.0') < 0 ? 'applyEntryNormal, could not find a header' : 'Apply, could not find a header');

/** Ends the server where it cannot take a request; returns the downgrade that is known of behind it. */
function admit(server: ServerKind, request: RaftRequest, { segment }: LogEntry, fresh: boolean, known: Downgrade | null): Downgrade | null {
  const change = downgradeIn(request);
  const downgrade = change === undefined ? known : change;
  // The version of the cluster is kept in memory: entries that the database has already count for it too.
  const clusterVersion = clusterVersionIn(request, server.version);
  if (clusterVersion !== null) refuseDowngrade(server.version, clusterVersion, downgrade);
  // Up to 3.4 the id is not looked for in what the database has already.
  if (!request.identified && (fresh || !server.behaviour.plainLog)) throw new EntryDeath(compareVersions(server.version, '3.6.0') < 0 ? nilPointer : noHeader(server.version), segment);
  return downgrade;
}

/**
 * Applies the log as a starting member does: what is known to be committed first; the rest only if this
 * member is the single voter and so elects itself. Throws Death where the server would end.
 */
export function replayLog(machine: Machine, options: ReplayOptions): Replayed {
  const { log, membership, memberId, consistentIndex, listed, server } = options;
  const leads = (): boolean => membership.voters.size === 1 && membership.voters.has(memberId);
  let applied = 0;
  let appliedIndex = consistentIndex;
  let removed = false;
  let downgrade = options.downgrade ?? null;
  for (const entry of options.entries) {
    if (entry.index > options.commit && !leads()) break;
    const fresh = entry.index > consistentIndex;
    if (entry.type === entryType.confChange) {
      if (changeVoters(options, entry, fresh) === memberId) removed = true;
    } else if (entry.type !== entryType.normal) {
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
    if (listed != null) refuseOldRequest(request, entry, listed);
    if (server !== undefined) downgrade = admit(server, request, entry, fresh, downgrade);
    if (!fresh) continue;
    const { writes } = applyRequest(machine, request);
    if (writes.length > 0) options.onWrites?.(writes, entry);
  }
  return { applied, appliedIndex, leads: leads(), removed, downgrade };
}
