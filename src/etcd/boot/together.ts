import { Death } from '../../formats/bbolt/behaviour/death.js';
import type { DataDir } from '../data-dir.js';
import { logFiles, type LogEntry, type ReadLog } from '../raft/log.js';
import type { Machine } from '../replay/apply.js';
import { serve } from '../replay/served.js';
import type { Served } from '../verdict.js';
import type { EtcdRelease } from '../version.js';
import { nothingRead, votersAfter } from './log-start.js';
import { tailLoss } from './lost-tail.js';
import { hexId } from './membership.js';
import { serverKind, startMember, type LoadedMember, type ServerKind, type StartFailure } from './member-start.js';
import { replayLog } from './replay.js';
import { neverPublished, pageBeyondEnd, startupError } from './words.js';

/** What one member comes to when several are started together. `either`: it dies or is healed, a race decides; `out`: it is not started. */
export interface TogetherMember {
  readonly result: 'ready' | 'dies' | 'hangs' | 'either' | 'out';
  readonly message: string | null;
  readonly served: Served | null;
}

/** One way in which a start of several members can go: who leads, and what follows. */
export interface Scenario {
  /** Position of the leader in the list of members; null when nobody can be elected. */
  readonly leader: number | null;
  readonly members: readonly TogetherMember[];
  /** True when the leader lacks entries that another member holds or that are known to be committed. */
  readonly rewritesHistory: boolean;
}

/** The entry that a database has applied last; term 0 where it does not say, as up to 3.4. */
interface Position {
  readonly index: bigint;
  readonly term: bigint;
}

/** A log as other members see it: its entries above `start`, and what is known to be committed or applied. */
interface LogView {
  readonly start: Position;
  readonly entries: readonly LogEntry[];
  readonly lastIndex: bigint;
  readonly lastTerm: bigint;
  readonly commit: bigint;
  readonly applied: Position;
}

interface Participant extends LogView {
  readonly position: number;
  readonly loaded: LoadedMember;
  /** How many vote, by all that it holds. */
  readonly voters: number;
  readonly lostTail: boolean;
}

type Candidate =
  | { readonly state: 'starts'; readonly participant: Participant }
  /** Without a log. What its database has applied is known all the same. */
  | { readonly state: 'wiped'; readonly applied: Position }
  /** It ends, or nobody starts it; what its log holds still says what may have been committed. */
  | { readonly state: 'out'; readonly member: TogetherMember; readonly log: LogView };

const participantsOf = (candidates: readonly Candidate[]): readonly Participant[] => candidates.flatMap((candidate) => (candidate.state === 'starts' ? [candidate.participant] : []));

function viewOf(read: ReadLog, start: Position, applied: Position): LogView {
  const last = read.entries.at(-1);
  return { start, entries: read.entries, lastIndex: last?.index ?? start.index, lastTerm: last?.term ?? start.term, commit: read.state.commit, applied };
}

/** The log of a member whose start ended, read from its first entry on; its database may have applied more than that holds. */
function viewOfFailed({ read, applied }: StartFailure): LogView {
  const first = read?.entries[0]?.index ?? 1n;
  return viewOf(read ?? nothingRead, { index: first - 1n, term: 0n }, applied ?? { index: 0n, term: 0n });
}

function candidateOf(dir: DataDir, server: ServerKind, position: number, isOut: boolean): Candidate {
  const { loaded, failure } = startMember(dir, server);
  if (failure !== null) return { state: 'out', member: isOut ? out : dies(failure.message), log: viewOfFailed(failure) };
  const { started, snapshot, files, database } = loaded;
  const applied = { index: database.consistentIndex, term: database.term };
  if (started === null) return isOut ? { state: 'out', member: out, log: viewOf(nothingRead, { index: 0n, term: 0n }, applied) } : { state: 'wiped', applied };
  const view = viewOf(started.read, snapshot ?? { index: 0n, term: 0n }, applied);
  if (isOut) return { state: 'out', member: out, log: view };
  return {
    state: 'starts',
    participant: {
      ...view,
      position,
      loaded,
      voters: votersAfter(started, started.read.entries, loaded.membership).size,
      lostTail: tailLoss(logFiles(files.wal, server.version), started) !== null,
    },
  };
}

/** raft's order of logs: last term first, then length. */
const atLeast = (a: LogView, b: LogView): boolean => a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex >= b.lastIndex);

/** Everybody who can collect the votes of a quorum. A wiped member votes for anyone. */
function possibleLeaders(participants: readonly Participant[], quorum: number, wipedVotes: number): Participant[] {
  return participants.filter((candidate) => participants.filter((other) => atLeast(candidate, other)).length + wipedVotes >= quorum);
}

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
function entriesFor(follower: LogView, leader: LogView): { readonly own: readonly LogEntry[]; readonly sent: readonly LogEntry[] } | null {
  const differ = firstDifference(follower, leader);
  if (differ <= leader.start.index) return null;
  return { own: follower.entries.filter(({ index }) => index < differ), sent: leader.entries.filter(({ index }) => index >= differ) };
}

/** Whether the leader's log holds what a database has applied: that entry, not another one of its number. */
function holdsApplied(leader: LogView, { index, term }: Position): boolean {
  const there = termAt(leader, index);
  return index <= leader.lastIndex && (term === 0n || there === undefined || there === term);
}

/** Whether a log holds something else than the leader's at an index that is known to be committed and that the leader can still send. */
function contradictsCommitted(other: LogView, leader: LogView): boolean {
  const differ = firstDifference(other, leader);
  return differ > leader.start.index && differ <= other.lastIndex && differ <= other.commit;
}

/** Whether the leader lacks what a log holds or a database has applied, and is known to have been committed. */
function surelyLost(other: LogView, leader: LogView): boolean {
  const differ = firstDifference(other, leader);
  return other.commit > leader.lastIndex || !holdsApplied(leader, other.applied) || (differ <= other.lastIndex && differ <= other.commit);
}

/**
 * Whether a log holds entries that the leader lacks and that may have been committed. They were not when the leader
 * holds something of a later term in their place: whoever wrote that had all that was committed.
 */
function mayLose(other: LogView, leader: LogView): boolean {
  if (surelyLost(other, leader)) return true;
  const differ = firstDifference(other, leader);
  if (other.lastIndex < differ) return false;
  const [mine, theirs] = [termAt(other, differ), termAt(leader, differ)];
  return mine === undefined || theirs === undefined || theirs <= mine;
}

function replayAll(member: Participant, own: readonly LogEntry[], sender: Participant, sent: readonly LogEntry[], serverVersion: string): Machine {
  const { loaded } = member;
  const { machine, membership, database } = loaded;
  const common = { memberId: loaded.started!.read.memberId ?? 0n, membership, membersInDatabase: null, serverVersion };
  const ci = database.consistentIndex;
  replayLog(machine, { ...common, log: loaded.started!.log, entries: own, commit: own.at(-1)?.index ?? 0n, consistentIndex: ci });
  const reached = own.at(-1)?.index ?? 0n;
  replayLog(machine, { ...common, log: sender.loaded.started!.log, entries: sent, commit: sent.at(-1)?.index ?? 0n, consistentIndex: reached > ci ? reached : ci });
  return machine;
}

const dies = (message: string): TogetherMember => ({ result: 'dies', message, served: null });
const hangs: TogetherMember = { result: 'hangs', message: null, served: null };
const out: TogetherMember = { result: 'out', message: null, served: null };

/** 3.6 and 3.7 get ready only when their own attributes are stored: that entry must lie above the consistent index. */
const ownEntries = 5n;

function follow(member: Participant, leader: Participant, server: ServerKind, led: TogetherMember | null): TogetherMember {
  // What it knows to be committed stays: it answers with that, and the leader waits for ever for the rest.
  if (member.commit > leader.lastIndex || (led !== null && contradictsCommitted(member, leader))) return hangs;
  const ci = member.loaded.database.consistentIndex;
  if (server.behaviour.membershipFromDb && ci > leader.lastIndex + ownEntries) return { ...hangs, message: neverPublished };
  try {
    const entries = led === null ? { own: leader.loaded.started!.read.entries, sent: [] } : entriesFor(member, leader);
    // The leader sends its database whole.
    if (entries === null) return led!;
    if (member.loaded.database.backend?.wrongClaim?.kind === 'beyond') return dies(pageBeyondEnd);
    const machine = replayAll(member, entries.own, leader, entries.sent, server.version);
    // Without a term of its own it ends when it refuses its vote in an election that comes before the leader's first message.
    const hasNoTerm = led !== null && server.behaviour.asksBeforeElections && member.loaded.started!.read.state.term === 0n && member.lastTerm > 0n;
    return { result: hasNoTerm ? 'either' : 'ready', message: hasNoTerm ? 'term should be set when sending MsgPreVoteResp' : null, served: serve(machine) };
  } catch (thrown) {
    if (thrown instanceof Death) return dies(thrown.message);
    throw thrown;
  }
}

/** The id of a member that is in nobody's hands: the voters without those that were seen. */
function missingId(participants: readonly Participant[]): string {
  const seen = new Set(participants.map(({ loaded }) => loaded.started?.read.memberId ?? 0n));
  const voters = new Set(participants.flatMap(({ loaded }) => [...loaded.membership.voters]));
  const missing = [...voters].filter((id) => !seen.has(id));
  return missing.length === 1 ? hexId(missing[0]!) : '';
}

/** A member without a log asks its peers first; who answers sooner decides whether it ends or is healed. */
function wipedMember(participants: readonly Participant[], server: ServerKind, healed: Served | null): TogetherMember {
  if (participants.length === 0) return { result: 'ready', message: null, served: null };
  const id = missingId(participants);
  const message = id === '' ? 'has already been bootstrapped' : startupError(server.line, `member ${id} has already been bootstrapped`);
  return { result: 'either', message, served: healed };
}

/**
 * Whether a start under this leader loses what was, or may have been, committed. The entries of a log that takes no
 * part count when another one lost something: they may have stood there as well.
 */
function losesHistory(candidates: readonly Candidate[], leader: Participant): boolean {
  const participants = participantsOf(candidates);
  const lossy = candidates.filter((candidate) => candidate.state !== 'starts' || candidate.participant.lostTail);
  const known = candidates.some((candidate) => {
    if (candidate.state === 'wiped') return !holdsApplied(leader, candidate.applied);
    if (candidate.state === 'out') return surelyLost(candidate.log, leader) || (lossy.some((one) => one !== candidate) && mayLose(candidate.log, leader));
    const { participant } = candidate;
    if (participant === leader) return !holdsApplied(leader, leader.applied);
    // A member that gets the leader's database whole brings nothing of its own.
    return participant.lastIndex < leader.start.index ? participant.commit > leader.lastIndex : mayLose(participant, leader);
  });
  return known || !participants.some(({ lastIndex, lostTail }) => lastIndex >= leader.lastIndex && !lostTail);
}

/** One start: the directories, and who is left out. */
interface Plan {
  readonly dirs: readonly DataDir[];
  readonly server: ServerKind;
  readonly out: ReadonlySet<number>;
}

const candidatesOf = ({ dirs, server, out: left }: Plan): readonly Candidate[] => dirs.map((dir, position) => candidateOf(dir, server, position, left.has(position)));

function scenario(plan: Plan, leaderAt: number): Scenario {
  // Replaying changes a loaded member: each scenario starts from the files again.
  const candidates = candidatesOf(plan);
  const participants = participantsOf(candidates);
  const leader = participants.find(({ position }) => position === leaderAt)!;
  const led = follow(leader, leader, plan.server, null);
  const members = candidates.map((candidate, position): TogetherMember => {
    if (candidate.state === 'out') return candidate.member;
    if (candidate.state === 'wiped') return wipedMember(participants, plan.server, led.served);
    return position === leaderAt ? led : follow(candidate.participant, leader, plan.server, led);
  });
  return { leader: leaderAt, members, rewritesHistory: losesHistory(candidates, leader) };
}

/** True when they are members of one cluster, each another one: a directory copied to a second host is none of its own. */
function areDistinct(participants: readonly Participant[]): boolean {
  const reads = participants.map(({ loaded }) => loaded.started!.read);
  return new Set(reads.map(({ memberId }) => memberId)).size === reads.length && new Set(reads.map(({ clusterId }) => clusterId)).size <= 1;
}

/**
 * Every way in which a start of members of one cluster can go, those at the positions in `left` not started. Empty
 * when the directories that start are not those of different members of one cluster.
 */
export function scenarios(dirs: readonly DataDir[], release: EtcdRelease, left: ReadonlySet<number> = new Set()): readonly Scenario[] {
  const plan: Plan = { dirs, server: serverKind(release), out: left };
  const candidates = candidatesOf(plan);
  const participants = participantsOf(candidates);
  const wiped = candidates.filter(({ state }) => state === 'wiped').length;
  const voters = Math.max(dirs.length, ...participants.map((one) => one.voters));
  const quorum = Math.floor(voters / 2) + 1;
  const nobody: Scenario = {
    leader: null,
    members: candidates.map((candidate) => (candidate.state === 'out' ? candidate.member : candidate.state === 'wiped' ? wipedMember(participants, plan.server, null) : hangs)),
    rewritesHistory: false,
  };
  if (participants.length === 0) return [nobody];
  if (!areDistinct(participants)) return [];
  const leaders = possibleLeaders(participants, quorum, wiped);
  const led = leaders.map(({ position }) => scenario(plan, position));
  // Without the votes of wiped members, which may die instead, there may be no leader at all.
  return participants.length >= quorum ? led : [...led, nobody];
}
