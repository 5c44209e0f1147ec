import { Death, panic } from '../../formats/death.js';
import { latin1 } from '../../formats/latin1.js';
import { parseMemberRow } from '../member-rows.js';
import type { ConfChange, ConfState } from '../raft/messages.js';
import { rowsIn, type OpenedBackend } from '../start/backend.js';
import type { LineBehaviour } from '../start/line-behaviour.js';
import { goJsonError } from './go-json.js';

/** A member as the data directory knows it. Ids as numbers; printed as hex without leading zeros. */
export interface KnownMember {
  name: string;
  peerUrls: readonly string[];
}

/** Who votes, and what is known of each member. Changed while the log is applied. */
export interface Membership {
  readonly voters: Set<bigint>;
  readonly learners: Set<bigint>;
  readonly known: Map<bigint, KnownMember>;
}

export const hexId = (id: bigint): string => id.toString(16);

/** Members in the database: with their learner flag, as 3.6 and 3.7 take them for the truth. Up to 3.5 nobody reads them at a start: there none are found where that would end it. */
export function membersInDatabase(backend: OpenedBackend, { membershipFromDb }: LineBehaviour): ReadonlyMap<bigint, KnownMember & { readonly learner: boolean }> {
  const members = new Map<bigint, KnownMember & { readonly learner: boolean }>();
  try {
    for (const row of rowsIn(backend, 'members')) {
      const member = parseMemberRow(row.key, row.value);
      if (member !== null) members.set(BigInt(`0x${member.memberId}`), { name: member.name, peerUrls: member.peerUrls, learner: member.learner });
    }
  } catch (thrown) {
    if (membershipFromDb || !(thrown instanceof Death)) throw thrown;
  }
  return members;
}

/** Who belongs to the cluster, and who no longer does (buckets `members` and `members_removed`). */
export interface ListedMembers {
  readonly present: Set<bigint>;
  readonly removed: Set<bigint>;
}

/** The members that 3.6 and 3.7 know before they apply their log; `present` as `membersInDatabase` found them. */
export function listedMembers(backend: OpenedBackend | null, present: Iterable<bigint>): ListedMembers {
  const removed = new Set<bigint>();
  if (backend !== null) for (const { key } of rowsIn(backend, 'members_removed')) removed.add(BigInt(`0x${latin1(key)}`));
  return { present: new Set(present), removed };
}

/** Rows that 3.6 and 3.7 cannot start with: membership is read from the database, strictly. */
export function refuseBrokenMembers(backend: OpenedBackend): void {
  for (const row of rowsIn(backend, 'members')) {
    const error = goJsonError(latin1(row.value));
    if (error !== null) panic(`couldn't read members from backend: ${error}`);
  }
}

export function membershipOf(conf: ConfState | null, ...sources: readonly ReadonlyMap<bigint, KnownMember>[]): Membership {
  const known = new Map<bigint, KnownMember>();
  for (const source of sources) for (const [id, member] of source) known.set(id, { name: member.name || (known.get(id)?.name ?? ''), peerUrls: member.peerUrls });
  return { voters: new Set(conf?.voters ?? []), learners: new Set(conf?.learners ?? []), known };
}

/** Applies a change to the set of voters (raft confchange). */
export function changeMembership(membership: Membership, change: ConfChange): void {
  const { voters, learners, known } = membership;
  const { memberId } = change;
  if (change.kind === 'remove') {
    voters.delete(memberId);
    learners.delete(memberId);
    return;
  }
  if (change.kind !== 'promote' && change.peerUrls.length > 0) known.set(memberId, { name: change.name || (known.get(memberId)?.name ?? ''), peerUrls: change.peerUrls });
  if (change.kind === 'add-voter' || change.kind === 'promote') {
    learners.delete(memberId);
    voters.add(memberId);
  } else if (change.kind === 'add-learner' && !voters.has(memberId)) learners.add(memberId);
}
