import { messageEntry } from '../artifacts/messages/index.js';
import type { EndpointFact, Fact, LogFact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { MemberInfo } from '../case/model.js';
import type { Stamp } from '../time/stamp.js';
import { middle } from '../time/interval.js';

/** `unknown`: nothing in the bundle proves either. */
export type MemberHealth = 'healthy' | 'failing' | 'unknown';

/** One member as the artifacts show it at collection. */
export interface MemberState {
  readonly member: MemberInfo;
  readonly health: MemberHealth;
  readonly places: readonly Place[];
}

/** What the bundle proves about the running cluster at collection. */
export interface ClusterHealth {
  readonly members: readonly MemberState[];
  readonly failing: number;
  /** Members that a majority needs. */
  readonly quorum: number;
  /** A majority answers, and nothing says that writes fail. */
  readonly quorumAlive: boolean;
  /** Nobody asked etcd, but a majority of its processes runs for long and nothing says that it does not serve. */
  readonly quorumLikely: boolean;
  /** Members that answer, and those that run for long without having been asked. */
  readonly running: number;
  /** So many members are proven not to work that no majority can be left. */
  readonly quorumLost: boolean;
  /** All members answer. */
  readonly allHealthy: boolean;
  /** Something proves that etcd as a whole was not working. */
  readonly down: boolean;
  /** Reads may be answered, but writes are not stored. */
  readonly writesFail: readonly Place[];
}

const hostOfEndpoint = (endpoint: string): string => endpoint.replace(/^https?:\/\//, '').replace(/^\[([^\]]*)\].*$/, '$1').replace(/:\d+$/, '');
const isLocal = (address: string): boolean => /^(?:127\.|localhost$|::1$|0\.0\.0\.0$)/.test(address);

function endpointsOf(member: MemberInfo, draft: Draft): EndpointFact[] {
  const host = draft.hosts.find((one) => one.name === member.host);
  const addresses = new Set([...(host?.addresses ?? []), ...member.peerUrls.map(hostOfEndpoint), member.host ?? '', member.name ?? '']);
  return draft.facts.filter((fact): fact is EndpointFact => {
    if (fact.kind !== 'endpoint') return false;
    if (fact.memberId !== null && member.memberId !== null) return fact.memberId.replace(/^0+/, '') === member.memberId.replace(/^0+/, '');
    const address = hostOfEndpoint(fact.endpoint);
    return isLocal(address) ? (fact.host === member.host || draft.members.length === 1) : addresses.has(address);
  });
}

const isEtcdUnit = (unit: string | null): boolean => unit === null || /^(?:etcd\d*|k3s|rke2-server|k0scontroller)(?:\.service)?$/.test(unit);

/** The last decisive line of the etcd logs of a host: it served, or it ended. */
function lastWord(facts: readonly Fact[], draft: Draft): { readonly health: MemberHealth; readonly fact: LogFact; readonly ms: number } | null {
  let found: { health: MemberHealth; fact: LogFact; ms: number } | null = null;
  for (const fact of facts) {
    if (fact.kind !== 'log' || fact.messageId === null) continue;
    const entry = messageEntry(fact.messageId);
    if (entry === undefined) continue;
    const fromEtcd = fact.source === 'etcd' || fact.source === 'k3s' || fact.source === 'rke2';
    const ended = (fromEtcd && entry.fatal) || (fact.source === 'systemd' && isEtcdUnit(fact.unit) && /^systemd\.(?:exited|failed|start-limit|oom|start-timeout)$/.test(fact.messageId) && /etcd|k3s|rke2|k0s/.test(fact.message));
    const served = fromEtcd && (entry.topic === 'life.serving' || fact.messageId === 'etcd.compaction');
    if (!ended && !served) continue;
    const stamp = fact.lastTime ?? fact.time;
    const ms = stamp === null ? null : middle(draft.when(stamp, fact.host, fact.at.artifact));
    if (ms === null || (found !== null && ms < found.ms)) continue;
    found = { health: ended ? 'failing' : 'healthy', fact, ms };
  }
  return found;
}

function stateOf(member: MemberInfo, draft: Draft): MemberState {
  const endpoints = endpointsOf(member, draft);
  const last = endpoints[endpoints.length - 1];
  const own = draft.facts.filter((fact) => fact.host === member.host || (fact.host === null && draft.hosts.length <= 1));
  const word = member.host === null ? null : lastWord(own, draft);
  if (last !== undefined) {
    if (last.healthy === true && last.error === null) return { member, health: 'healthy', places: [last.at] };
    if (last.healthy === false || (last.error !== null && last.version === null)) return { member, health: 'failing', places: [last.at] };
    if (last.version !== null && last.leader !== null && word?.health !== 'failing') return { member, health: 'healthy', places: [last.at] };
  }
  if (member.state === 'failing' || member.state === 'stopped') return { member, health: 'failing', places: word === null ? [] : [word.fact.at] };
  if (word !== null && word.health === 'failing') return { member, health: 'failing', places: [word.fact.at] };
  if (member.state === 'running' && word?.health === 'healthy') return { member, health: 'healthy', places: [word.fact.at] };
  return { member, health: 'unknown', places: word === null ? [] : [word.fact.at] };
}

/** A process that keeps running this long has come through its start: a unit of type notify is active only with a majority. */
const longMs = 10 * 60_000;

/** True when the unit or container of a member was seen running, and had been for a while. */
function runsLong(member: MemberInfo, draft: Draft): boolean {
  if (member.host === null || member.state !== 'running') return false;
  const end = draft.hosts.find((one) => one.name === member.host)?.collectedAt?.notBefore ?? null;
  const old = (stamp: Stamp | null, artifact: string): boolean => {
    if (stamp === null) return false;
    if (stamp.kind === 'ago') return stamp.minMs >= longMs;
    const began = draft.when(stamp, member.host, artifact).notAfter;
    return began !== null && end !== null && Date.parse(end) - began >= longMs;
  };
  return draft.facts.some((fact) => fact.host === member.host && (fact.kind === 'unit-status' ? isEtcdUnit(fact.unit) && fact.active.startsWith('active') && old(fact.ago ?? fact.since, fact.at.artifact)
    : fact.kind === 'container' && fact.state === 'running' && (fact.pod?.container === 'etcd' || (fact.pod === null && /^\/?etcd\d*$/.test(fact.name))) && old(fact.since ?? fact.created, fact.at.artifact)));
}

/** Lines which say that writes are refused or lost, in the last half hour before the collection. */
function failingWrites(draft: Draft): Place[] {
  const places: Place[] = [];
  for (const fact of draft.facts) {
    if (fact.kind !== 'log' || fact.messageId === null) continue;
    const topic = messageEntry(fact.messageId)?.topic;
    if (topic !== 'writes-not-stored' && topic !== 'symptom.request-timeout' && fact.messageId !== 'apiserver.etcd-errors') continue;
    const stamp = fact.lastTime ?? fact.time;
    const ms = stamp === null ? null : middle(draft.when(stamp, fact.host, fact.at.artifact));
    const end = draft.collected.best ?? draft.collected.notAfter ?? draft.collected.notBefore;
    if (ms === null || end === null || end - ms < 30 * 60_000) places.push(fact.at);
  }
  // A log that is far shorter than the database remembers swallows writes until it has caught up.
  for (const { candidate, snapshot } of draft.candidates) {
    const index = snapshot?.consistentIndex ?? null;
    if (index === null || candidate.kind === 'snapshot') continue;
    for (const fact of draft.facts) {
      if (fact.kind === 'endpoint' && fact.raftIndex !== null && fact.raftIndex < index && (fact.host === candidate.host || draft.members.length === 1)) places.push(fact.at);
    }
  }
  return places;
}

/** Judges the members from what the artifacts show last: endpoints first, processes second, logs third. */
export function clusterHealth(draft: Draft): ClusterHealth {
  const members = draft.members.map((member) => stateOf(member, draft));
  const healthy = members.filter((one) => one.health === 'healthy').length;
  const failing = members.filter((one) => one.health === 'failing').length;
  const quorum = Math.floor(members.length / 2) + 1;
  const writesFail = failingWrites(draft);
  const refused = draft.facts.some((fact) => fact.kind === 'log' && fact.messageId !== null && /^apiserver\.etcd-(?:refused|health-failed)$/.test(fact.messageId));
  const quorumAlive = members.length > 0 && healthy >= quorum && writesFail.length === 0;
  const down = !quorumAlive && (members.length > 1 ? failing > members.length - quorum : failing > 0 || writesFail.length > 0 || refused);
  const running = healthy + members.filter((one) => one.health === 'unknown' && runsLong(one.member, draft)).length;
  return {
    members, failing, quorum, writesFail, quorumAlive, running, quorumLikely: !quorumAlive && !down && members.length > 0 && running >= quorum && writesFail.length === 0 && !refused,
    quorumLost: members.length > 0 && failing > members.length - quorum,
    allHealthy: members.length > 0 && healthy === members.length && writesFail.length === 0,
    down,
  };
}

/** Members that a CORRUPT alarm names: their data differs from the others'. */
export function corruptMembers(draft: Draft): readonly MemberInfo[] {
  const ids = new Set(draft.facts.flatMap((fact) => (fact.kind === 'alarm' && fact.alarm === 'CORRUPT' && fact.memberId !== null ? [fact.memberId.replace(/^0+/, '')] : [])));
  return draft.members.filter((member) => member.memberId !== null && ids.has(member.memberId.replace(/^0+/, '')));
}
