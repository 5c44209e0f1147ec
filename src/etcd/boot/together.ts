import { Death } from '../../formats/bbolt/behaviour/death.js';
import type { DataDir } from '../data-dir.js';
import { logFiles, type LogEntry } from '../raft/log.js';
import type { Machine } from '../replay/apply.js';
import { serve } from '../replay/served.js';
import type { Served } from '../verdict.js';
import type { EtcdLine } from '../version.js';
import { tailLoss } from './lost-tail.js';
import { hexId } from './membership.js';
import { serverKind, startMember, type LoadedMember, type ServerKind } from './member-start.js';
import { replayLog } from './replay.js';
import { pageBeyondEnd, startupError } from './words.js';

/** What one member comes to when all are started together. `either`: it dies or is healed; a race decides. */
export interface TogetherMember {
  readonly result: 'ready' | 'dies' | 'hangs' | 'either';
  readonly message: string | null;
  readonly served: Served | null;
}

/** One way in which a start of all members can go: who leads, and what follows. */
export interface Scenario {
  /** Position of the leader in the list of members; null when nobody can be elected. */
  readonly leader: number | null;
  readonly members: readonly TogetherMember[];
  /** True when the leader lacks entries that another member holds or that are known to be committed. */
  readonly rewritesHistory: boolean;
}

interface Participant {
  readonly position: number;
  readonly loaded: LoadedMember;
  readonly lastIndex: bigint;
  readonly lastTerm: bigint;
  readonly commit: bigint;
  readonly lostTail: boolean;
}

type Candidate =
  | { readonly state: 'starts'; readonly participant: Participant }
  /** Without a log. What its database has applied is known all the same. */
  | { readonly state: 'wiped'; readonly consistentIndex: bigint }
  | { readonly state: 'dead'; readonly message: string };

function candidateOf(dir: DataDir, server: ServerKind, position: number): Candidate {
  const { loaded, failure } = startMember(dir, server);
  if (failure !== null) return { state: 'dead', message: failure.message };
  const { started, snapshot, files } = loaded;
  if (started === null) return { state: 'wiped', consistentIndex: loaded.database.consistentIndex };
  const last = started.read.entries.at(-1);
  return {
    state: 'starts',
    participant: {
      position,
      loaded,
      lastIndex: last?.index ?? snapshot?.index ?? 0n,
      lastTerm: last?.term ?? snapshot?.term ?? 0n,
      commit: started.read.state.commit,
      lostTail: tailLoss(logFiles(files.wal, server.version), started) !== null,
    },
  };
}

/** raft's order of logs: last term first, then length. */
const atLeast = (a: Participant, b: Participant): boolean => a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex >= b.lastIndex);

/** Everybody who can collect the votes of a quorum. A wiped member votes for anyone. */
function possibleLeaders(participants: readonly Participant[], quorum: number, wipedVotes: number): Participant[] {
  return participants.filter((candidate) => participants.filter((other) => atLeast(candidate, other)).length + wipedVotes >= quorum);
}

/** Own entries that agree with the leader's log, then the leader's. Null when a snapshot must be sent instead. */
function entriesFor(follower: Participant, leader: Participant): { readonly own: readonly LogEntry[]; readonly sent: readonly LogEntry[] } | null {
  const own = follower.loaded.started!.read.entries;
  const theirs = leader.loaded.started!.read.entries;
  const from = leader.loaded.snapshot?.index ?? 0n;
  if (follower.lastIndex < from) return null;
  const terms = new Map(theirs.map(({ index, term }) => [index, term]));
  const agreed = own.filter(({ index, term }) => index <= from || terms.get(index) === term);
  const upTo = agreed.at(-1)?.index ?? follower.loaded.snapshot?.index ?? 0n;
  return { own: agreed, sent: theirs.filter(({ index }) => index > upTo) };
}

function replayAll(member: Participant, own: readonly LogEntry[], sender: Participant, sent: readonly LogEntry[]): Machine {
  const { loaded } = member;
  const { machine, membership, database } = loaded;
  const common = { memberId: loaded.started!.read.memberId ?? 0n, membership, membersInDatabase: null };
  const ci = database.consistentIndex;
  replayLog(machine, { ...common, log: loaded.started!.log, entries: own, commit: own.at(-1)?.index ?? 0n, consistentIndex: ci });
  const reached = own.at(-1)?.index ?? 0n;
  replayLog(machine, { ...common, log: sender.loaded.started!.log, entries: sent, commit: sent.at(-1)?.index ?? 0n, consistentIndex: reached > ci ? reached : ci });
  return machine;
}

const dies = (message: string): TogetherMember => ({ result: 'dies', message, served: null });
const hangs: TogetherMember = { result: 'hangs', message: null, served: null };

/** 3.6 and 3.7 get ready only when their own attributes are stored: that entry must lie above the consistent index. */
const ownEntries = 5n;

function follow(member: Participant, leader: Participant, server: ServerKind): TogetherMember {
  if (member.commit > leader.lastIndex) return hangs;
  const ci = member.loaded.database.consistentIndex;
  if (server.behaviour.membershipFromDb && ci > leader.lastIndex + ownEntries) return { ...hangs, message: 'failed to publish local member to cluster through raft | error: etcdserver: request timed out' };
  try {
    const entries = entriesFor(member, leader);
    if (member.loaded.database.backend?.wrongClaim?.kind === 'beyond') return dies(pageBeyondEnd);
    const machine = entries === null ? replayAll(leader, leader.loaded.started!.read.entries, leader, []) : replayAll(member, entries.own, leader, entries.sent);
    return { result: 'ready', message: null, served: serve(machine) };
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

function scenario(dirs: readonly DataDir[], server: ServerKind, leaderAt: number): Scenario {
  // Replaying changes a loaded member: each scenario starts from the files again.
  const candidates = dirs.map((dir, position) => candidateOf(dir, server, position));
  const participants = candidates.flatMap((candidate) => (candidate.state === 'starts' ? [candidate.participant] : []));
  const leader = participants.find(({ position }) => position === leaderAt)!;
  const led = follow(leader, leader, server);
  const from = leader.loaded.snapshot?.index ?? 0n;
  const members = candidates.map((candidate, position): TogetherMember => {
    if (candidate.state === 'dead') return dies(candidate.message);
    if (candidate.state === 'wiped') return wipedMember(participants, server, led.served);
    if (position === leaderAt) return led;
    if (candidate.participant.lastIndex < from) return candidate.participant.commit > leader.lastIndex ? hangs : led;
    return follow(candidate.participant, leader, server);
  });
  const applied = candidates.map((candidate) => {
    if (candidate.state === 'dead') return 0n;
    if (candidate.state === 'wiped') return candidate.consistentIndex;
    // A member that gets the leader's database whole brings nothing of its own.
    const { position, lastIndex, loaded } = candidate.participant;
    return position !== leaderAt && lastIndex < from ? 0n : loaded.database.consistentIndex;
  });
  const known = applied.some((index) => index > leader.lastIndex) || participants.some(({ lastIndex, commit }) => commit > leader.lastIndex || lastIndex > leader.lastIndex);
  const whole = participants.some(({ lastIndex, lostTail }) => lastIndex >= leader.lastIndex && !lostTail);
  return { leader: leaderAt, members, rewritesHistory: known || !whole };
}

/** Every way in which a start of all members of one cluster can go. */
export function scenarios(dirs: readonly DataDir[], line: EtcdLine, version?: string): readonly Scenario[] {
  const server = serverKind(line, version);
  const candidates = dirs.map((dir, position) => candidateOf(dir, server, position));
  const participants = candidates.flatMap((candidate) => (candidate.state === 'starts' ? [candidate.participant] : []));
  const wiped = candidates.filter(({ state }) => state === 'wiped').length;
  const voters = Math.max(dirs.length, ...participants.map(({ loaded }) => loaded.membership.voters.size));
  const quorum = Math.floor(voters / 2) + 1;
  const nobody: Scenario = {
    leader: null,
    members: candidates.map((candidate) => (candidate.state === 'dead' ? dies(candidate.message) : candidate.state === 'wiped' ? wipedMember(participants, server, null) : hangs)),
    rewritesHistory: false,
  };
  if (participants.length === 0) return [nobody];
  const leaders = possibleLeaders(participants, quorum, wiped);
  const led = leaders.map(({ position }) => scenario(dirs, server, position));
  // Without the votes of wiped members, which may die instead, there may be no leader at all.
  return participants.length >= quorum ? led : [...led, nobody];
}
