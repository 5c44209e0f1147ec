import { Death } from '../../formats/death.js';
import type { DataDir } from '../data-dir.js';
import { logFiles, type LogEntry } from '../raft/log.js';
import type { Machine } from '../replay/apply.js';
import { emptyMachine } from '../replay/from-database.js';
import { serve } from '../replay/served.js';
import type { Served } from '../verdict.js';
import type { EtcdRelease } from '../version.js';
import { atLeast, beginning, contradictsCommitted, entriesFor, holdsApplied, mayLose, surelyLost, viewOf, type LogView, type Position } from './log-matching.js';
import { nothingRead, votersAfter, type StartedLog } from './log-start.js';
import { tailLoss } from './lost-tail.js';
import { hexId, membershipOf } from './membership.js';
import { serverKind, startMember, type LoadedMember, type ServerKind, type StartFailure } from './member-start.js';
import { replayLog } from './replay.js';
import { neverPublished, startupError } from './words.js';
import { wordsOfWrite } from './write-death.js';

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

interface Participant extends LogView {
  readonly position: number;
  readonly loaded: LoadedMember;
  readonly started: StartedLog;
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

/** The log of a member whose start ended, read from its first entry on; its database may have applied more than that holds. */
function viewOfFailed({ read, applied }: StartFailure): LogView {
  const first = read?.entries[0]?.index ?? 1n;
  return viewOf(read ?? nothingRead, { index: first - 1n, term: 0n }, applied ?? beginning);
}

function candidateOf(dir: DataDir, server: ServerKind, position: number, isOut: boolean): Candidate {
  const { loaded, failure } = startMember(dir, server);
  if (failure !== null) return { state: 'out', member: isOut ? out : dies(failure.message), log: viewOfFailed(failure) };
  const { started, snapshot, files, database } = loaded;
  const applied = { index: database.consistentIndex, term: database.term };
  if (started === null) return isOut ? { state: 'out', member: out, log: viewOf(nothingRead, beginning, applied) } : { state: 'wiped', applied };
  const view = viewOf(started.read, snapshot ?? beginning, applied);
  if (isOut) return { state: 'out', member: out, log: view };
  return {
    state: 'starts',
    participant: {
      ...view,
      position,
      loaded,
      started,
      voters: votersAfter(started, started.read.entries, loaded.membership).size,
      lostTail: tailLoss(logFiles(files.wal, server.version), started) !== null,
    },
  };
}

/** Everybody who can collect the votes of a quorum. A wiped member votes for anyone. */
function possibleLeaders(participants: readonly Participant[], quorum: number, wipedVotes: number): Participant[] {
  return participants.filter((candidate) => participants.filter((other) => atLeast(candidate, other)).length + wipedVotes >= quorum);
}

/** Applies to a member's database its own entries, then those that another one sends. */
function replayAll({ loaded, started }: Participant, own: readonly LogEntry[], sender: StartedLog, sent: readonly LogEntry[], server: ServerKind): Machine {
  const { machine, membership, database } = loaded;
  const common = { memberId: started.read.memberId ?? 0n, membership, server };
  const ci = database.consistentIndex;
  const reached = own.at(-1)?.index ?? 0n;
  const { downgrade } = replayLog(machine, { ...common, log: started.log, entries: own, commit: reached, consistentIndex: ci, downgrade: loaded.downgrade });
  replayLog(machine, { ...common, log: sender.log, entries: sent, commit: sent.at(-1)?.index ?? 0n, consistentIndex: reached > ci ? reached : ci, downgrade });
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
    const entries = led === null ? { own: leader.entries, sent: [] } : entriesFor(member, leader);
    // The leader sends its database whole.
    if (entries === null) return led!;
    const message = wordsOfWrite(member.loaded.database.backend?.wrongClaim?.kind);
    if (message !== null) return dies(message);
    const machine = replayAll(member, entries.own, leader.started, entries.sent, server);
    // Without a term of its own it ends when it refuses its vote in an election that comes before the leader's first message.
    const hasNoTerm = led !== null && server.behaviour.asksBeforeElections && member.started.read.state.term === 0n && member.lastTerm > 0n;
    return { result: hasNoTerm ? 'either' : 'ready', message: hasNoTerm ? 'term should be set when sending MsgPreVoteResp' : null, served: serve(machine) };
  } catch (thrown) {
    if (thrown instanceof Death) return dies(thrown.message);
    throw thrown;
  }
}

/** The id of a member that is in nobody's hands: the voters without those that were seen. */
function missingId(participants: readonly Participant[]): string {
  const seen = new Set(participants.map(({ started }) => started.read.memberId ?? 0n));
  const voters = new Set(participants.flatMap(({ loaded }) => [...loaded.membership.voters]));
  const missing = [...voters].filter((id) => !seen.has(id));
  return missing.length === 1 ? hexId(missing[0]!) : '';
}

/** What a member that begins anew comes to: the leader's database where its log begins at a snapshot, else what its entries lead to. */
function healedBy(leader: Participant, led: TogetherMember, server: ServerKind): Served | null {
  if (leader.start.index > 0n) return led.served;
  const machine = emptyMachine(server.behaviour);
  try {
    replayLog(machine, {
      log: leader.started.log, entries: leader.entries, commit: leader.lastIndex, consistentIndex: 0n,
      memberId: leader.started.read.memberId ?? 0n, membership: membershipOf({ voters: [], learners: [] }), server, downgrade: null,
    });
  } catch (thrown) {
    if (thrown instanceof Death) return null;
    throw thrown;
  }
  return serve(machine);
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
    if (candidate.state === 'wiped') return wipedMember(participants, plan.server, healedBy(leader, led, plan.server));
    return position === leaderAt ? led : follow(candidate.participant, leader, plan.server, led);
  });
  return { leader: leaderAt, members, rewritesHistory: losesHistory(candidates, leader) };
}

/** True when they are members of one cluster, each another one: a directory copied to a second host is none of its own. */
function areDistinct(participants: readonly Participant[]): boolean {
  const reads = participants.map(({ started }) => started.read);
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
