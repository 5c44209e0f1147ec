import type { BootFact, ContainerFact, Fact, UnitStatusFact } from '../artifacts/fact.js';
import type { Draft } from '../case/draft.js';
import { unknownTime, type Interval } from '../time/interval.js';
import { orderOf, type Sign } from './sign.js';

/** Traces of one boot in different artifacts lie this close together. */
const oneBootMs = 6 * 60_000;
/** A host that ran this long after a boot was used: the boot is no trace of what people write about today. */
const longRunMs = 24 * 3_600_000;

const plain = { end: null, count: 1, basis: 'observed' } as const;

/** Boots, unit states, containers and data files: what the host itself says. */
export function hostSigns(draft: Draft, logs: readonly Sign[]): readonly Sign[] {
  return [...bootSigns(draft, logs), ...draft.facts.flatMap((fact) => stateSigns(draft, fact)), ...dataFileSigns(draft)];
}

/**
 * One sign per boot of a host. The boot ended an unclean stop unless a shutdown was written within the
 * hour before it: then the host went down in good order.
 */
function bootSigns(draft: Draft, logs: readonly Sign[]): readonly Sign[] {
  const traces: Sign[] = logs.filter((s) => s.kind === 'boot');
  for (const fact of draft.facts) {
    if (fact.kind !== 'boot' || fact.time === null) continue;
    if (fact.what === 'boot' || fact.what === 'uptime') traces.push(bootTrace(draft, fact, fact.time.kind === 'ago' && fact.what === 'uptime'));
  }
  traces.sort((a, b) => orderOf(a.time) - orderOf(b.time));
  const boots: Sign[][] = [];
  for (const trace of traces) {
    if (trace.time.notAfter === null) continue;
    const known = boots.find((list) => list[0]!.host === trace.host && near(list, trace));
    if (known === undefined) boots.push([trace]);
    else known.push(trace);
  }
  const shutdowns = [...logs.filter((s) => s.kind === 'shutdown'), ...draft.facts.flatMap((fact) => (fact.kind === 'boot' && fact.what === 'shutdown' ? [shutdownSign(draft, fact)] : []))];
  const crashes = draft.facts.filter((fact): fact is BootFact => fact.kind === 'boot' && fact.what === 'crash');
  const signs = boots.map((list): Sign => {
    const time = tightest(list);
    const host = list[0]!.host;
    const clean = shutdowns.find((s) => s.host === host && s.time.notBefore !== null && time.notAfter !== null && s.time.notBefore <= time.notAfter && s.time.notBefore >= (time.notBefore ?? time.notAfter) - 3_600_000);
    const recordsShutdowns = shutdowns.some((s) => s.host === host) || draft.facts.some((f) => f.kind === 'boot' && f.host === host && (f.what === 'boot' || f.what === 'login'));
    const unclean = clean === undefined && (recordsShutdowns || crashes.some((f) => f.host === host));
    return {
      ...plain, time, host, component: 'node', kind: unclean && isLater(list, boots) ? 'boot-after-crash' : 'boot', tone: ranLong(list, boots) ? 'neutral' : 'down', params: { host: host ?? '?' },
      places: list.flatMap((s) => s.places), key: `boot ${host ?? ''} ${orderOf(time)}`,
    };
  });
  return [...signs, ...shutdowns.filter((s) => !logs.includes(s))];
}

/** The first boot of a record has nothing before it that could have been cut off. */
function isLater(list: readonly Sign[], boots: readonly (readonly Sign[])[]): boolean {
  return boots.some((other) => other !== list && other[0]!.host === list[0]!.host && orderOf(other[0]!.time) < orderOf(list[0]!.time)) || boots.filter((other) => other[0]!.host === list[0]!.host).length === 1;
}

/** The next boot of the host came a day or more later. */
function ranLong(list: readonly Sign[], boots: readonly (readonly Sign[])[]): boolean {
  const start = orderOf(list[0]!.time);
  const next = Math.min(...boots.filter((other) => other[0]!.host === list[0]!.host).map((other) => orderOf(other[0]!.time)).filter((time) => time > start));
  return Number.isFinite(next) && next - start >= longRunMs;
}

function near(list: readonly Sign[], trace: Sign): boolean {
  return list.some((s) => {
    const [a, b] = [s.time, trace.time];
    const low = Math.max(a.notBefore ?? -Infinity, b.notBefore ?? -Infinity);
    const high = Math.min(a.notAfter ?? Infinity, b.notAfter ?? Infinity);
    return low - high <= oneBootMs;
  });
}

/** The host was up at the earliest trace that is sure; "up 1:41" counts only when nothing else says it. */
function tightest(all: readonly Sign[]): Interval {
  const written = all.filter((s) => s.basis === 'observed');
  const list = written.length > 0 ? written : all;
  const highs = list.map((s) => s.time.notAfter ?? Infinity);
  const notAfter = Math.min(...highs);
  const sure = list.filter((s) => s.time.notBefore !== null && s.time.notAfter !== null);
  const first = sure.reduce<Sign | null>((best, s) => (best === null || s.time.notAfter! < best.time.notAfter! ? s : best), null);
  if (first === null) return list[0]!.time;
  const notBefore = Math.min(first.time.notBefore!, ...sure.filter((s) => s.time.notBefore! <= first.time.notAfter! && s.time.notAfter! >= first.time.notBefore!).map((s) => s.time.notBefore!));
  const best = sure.map((s) => s.time.best).filter((t): t is number => t !== null && t >= notBefore && t <= notAfter);
  return { notBefore, best: best.length === 0 ? null : Math.min(...best), notAfter };
}

function bootTrace(draft: Draft, fact: BootFact, isAge: boolean): Sign {
  const time = fact.time === null ? unknownTime : draft.when(fact.time, fact.host, fact.at.artifact);
  return { ...plain, time, host: fact.host, component: 'node', kind: 'boot', tone: 'down', params: {}, places: [fact.at], key: '', basis: isAge ? 'inferred' : 'observed' };
}

function shutdownSign(draft: Draft, fact: BootFact): Sign {
  return { ...plain, time: fact.time === null ? unknownTime : draft.when(fact.time, fact.host, fact.at.artifact), host: fact.host, component: 'node', kind: 'shutdown', tone: 'onset', params: { message: fact.at.text }, places: [fact.at], key: `shutdown ${fact.host ?? ''} ${fact.at.line ?? ''}` };
}

const controlPlaneUnit = /^(?:etcd\d*|etcd-member|k3s|rke2-server|k0scontroller|kube-apiserver|kubelet|docker|containerd)\.service$/;

function stateSigns(draft: Draft, fact: Fact): readonly Sign[] {
  if (fact.kind === 'unit-status') return unitState(draft, fact);
  if (fact.kind === 'container') return containerState(draft, fact);
  return [];
}

function unitState(draft: Draft, fact: UnitStatusFact): readonly Sign[] {
  if (!controlPlaneUnit.test(fact.unit) || fact.since === null) return [];
  const failing = fact.active === 'failed' || fact.active === 'activating' || (fact.active === 'inactive' && fact.sub === 'dead');
  const isEtcd = /^(?:etcd|k3s|rke2|k0s)/.test(fact.unit);
  const state = `${fact.active}${fact.sub === null ? '' : ` (${fact.sub})`}${fact.result === null ? '' : `, ${fact.result}`}`;
  return [{
    ...plain, time: draft.when(fact.since, fact.host, fact.at.artifact), host: fact.host, component: isEtcd ? 'etcd' : fact.unit.startsWith('kubelet') ? 'kubelet' : fact.unit.startsWith('kube-api') ? 'apiserver' : 'runtime',
    kind: 'unit-state', tone: failing && isEtcd ? 'down' : 'neutral', params: { unit: fact.unit, state }, places: [fact.at], key: `unit-state ${fact.host ?? ''} ${fact.unit} ${state}`,
  }];
}

function containerState(draft: Draft, fact: ContainerFact): readonly Sign[] {
  const name = fact.pod?.container ?? fact.name;
  const component = /^(?:etcd|etcd\d+)$/.test(name) ? 'etcd' : name === 'kube-apiserver' ? 'apiserver' : null;
  if (component === null || fact.pod?.sandbox === true || fact.state !== 'exited') return [];
  const ended = fact.since ?? null;
  if (ended === null) return [];
  return [{
    ...plain, time: draft.when(ended, fact.host, fact.at.artifact), host: fact.host, component, kind: 'container-exited', tone: component === 'etcd' ? 'down' : 'symptom',
    params: { name, code: fact.exitCode ?? '?' }, places: [fact.at], key: `container-exited ${fact.host ?? ''} ${name}`,
  }];
}

/**
 * When the host's own listing says that etcd last wrote its files. Where the bundle has the files
 * themselves, their content is the better witness and the listing proves nothing more.
 */
function dataFileSigns(draft: Draft): readonly Sign[] {
  const withContent = new Set(draft.candidates.filter(({ candidate }) => candidate.kind !== 'snapshot' && candidate.revision !== null).map(({ candidate }) => candidate.host));
  const newest = new Map<string, Sign>();
  for (const fact of draft.facts) {
    if (fact.kind !== 'file' || fact.type !== 'file' || fact.mtime === null || fact.size === 0) continue;
    if (!/\/member\/(?:snap\/db|wal\/[0-9a-f]{16}-[0-9a-f]{16}\.wal)$/.test(fact.path)) continue;
    const time = draft.when(fact.mtime, fact.host, fact.at.artifact);
    if (time.notBefore === null || time.notAfter === null) continue;
    const sign: Sign = { ...plain, time, host: fact.host, component: 'etcd', kind: 'data-dir-written', tone: withContent.has(fact.host) ? 'neutral' : 'alive', params: { path: fact.path }, places: [fact.at], key: `written ${fact.host ?? ''} ${fact.path}` };
    const known = newest.get(sign.key);
    if (known === undefined || orderOf(known.time) < orderOf(time)) newest.set(sign.key, sign);
  }
  return [...newest.values()];
}
