import type { CaseEvent, TimeEstimate } from '../../case/model.js';
import { eventTime, ms } from '../view/times.js';
import type { Reading } from '../view/reading.js';
import { runMark, type Shape, type Tone } from './glyphs.js';

/** A stretch of one lane. Ends that are not proven to the second are pairs: last proof, first contrary proof. */
export interface Bar {
  readonly kind: 'running' | 'failing' | 'collecting';
  readonly from: number;
  readonly to: number;
  /** Known to have begun before the drawing. */
  readonly openStart?: boolean;
  /** Still so at its end. */
  readonly openEnd?: boolean;
  /** The bar fades out between `to` and here. */
  readonly endsBy?: number;
  /** The bar fades in between here and `from`. */
  readonly startsAfter?: number;
  readonly caption?: string;
  readonly words: string;
}

export interface Point {
  readonly at: number;
  readonly shape: Shape | 'failure';
  readonly tone: Tone;
  readonly picked?: boolean;
  readonly words: string;
}

export interface Lane {
  readonly host: string | null;
  readonly component: string;
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly points: readonly Point[];
  /** Words inside the window of the outage. */
  readonly inWindow?: string;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** Window in which the outage began. */
  readonly crash: { readonly from: number; readonly to: number } | null;
  readonly until: number | null;
}

const hostsDrawn = 8;
const week = 7 * 86_400_000;
const pointsDrawn = 60;
const order = ['node', 'etcd', 'apiserver', 'kubelet', 'runtime', 'storage', 'clock', 'certificate', 'backup', 'operator'];
const alive = new Set(['etcd-works', 'etcd-serving', 'last-write', 'data-dir-written', 'backup-streamed', 'backup-done']);
const failing = new Set(['etcd-died', 'unit-failed', 'restart-loop', 'no-quorum', 'data-corrupt', 'unhealthy', 'etcd-unreachable', 'apiserver-unreachable', 'apiserver-error', 'writes-refused']);
/** The end of a program: a cross, and no bar until something fails again. */
const stops = new Set(['etcd-stopped', 'apiserver-stopped', 'container-exited']);
const breaks = new Set(['boot', 'boot-after-crash']);

const endOf = (event: CaseEvent): number => ms(event.end?.best) ?? ms(event.end?.notAfter) ?? eventTime(event);
const max = (list: readonly number[]): number | null => (list.length === 0 ? null : list.reduce((a, b) => Math.max(a, b)));
const min = (list: readonly number[]): number | null => (list.length === 0 ? null : list.reduce((a, b) => Math.min(a, b)));

/** Where a bar begins to fade in: the first moment at which it could have come back. */
function softStart(back: TimeEstimate | null | undefined, after: number | null): Pick<Bar, 'startsAfter'> {
  const from = Math.max(ms(back?.notBefore) ?? Number.NEGATIVE_INFINITY, after ?? Number.NEGATIVE_INFINITY);
  const proven = ms(back?.best) ?? ms(back?.notAfter);
  return proven !== null && Number.isFinite(from) && proven - from > 1000 ? { startsAfter: from } : {};
}

interface Scene {
  readonly r: Reading;
  readonly from: number;
  readonly until: number;
  readonly crash: Lanes['crash'];
}

/** Kinds that say something about a stretch without proving that the machine ran in it. */
const noProof = new Set(['log-gap', 'unclean-stop', 'collection', 'backup-failed', 'shutdown', ...breaks]);

function proofsOfLife(all: readonly CaseEvent[], before: number): readonly number[] {
  return all.flatMap((e) => {
    const from = ms(e.time.notBefore);
    const to = ms(e.time.notAfter);
    const narrow = from === null || to === null || to - from <= 120_000;
    return noProof.has(e.kind) || !narrow || eventTime(e) >= before ? [] : [endOf(e) < before ? endOf(e) : eventTime(e)];
  });
}

function machineBars(scene: Scene, host: string, events: readonly CaseEvent[], all: readonly CaseEvent[]): readonly Bar[] {
  const { r, from, until } = scene;
  const component = r.t('report.component.node');
  const known = r.case.outage.perComponent.find((p) => p.component === 'node' && p.host === host);
  const info = r.case.hosts.find((h) => h.name === host);
  const booted = ms(known?.start.notAfter) ?? max([...events.filter((e) => breaks.has(e.kind)).map(eventTime), ...[ms(info?.bootedAt?.best)].filter((t) => t !== null)].filter((t) => t <= until));
  const last = ms(known?.start.notBefore) ?? max(proofsOfLife(all, booted ?? Number.POSITIVE_INFINITY).filter((t) => t >= from));
  const back = known === undefined ? booted : (ms(known.end?.best) ?? ms(known.end?.notAfter));
  const bars: Bar[] = [];
  if (last !== null && last > from) {
    const words = booted === null
      ? r.t('report.chart.lane.running', { component, host, until: r.clock.short(last) })
      : r.t('report.chart.lane.ended', { component, host, from: r.clock.short(last), to: r.clock.short(booted) });
    bars.push({ kind: 'running', from, to: last, openStart: true, words, ...(booted === null || booted <= last ? {} : { endsBy: booted }) });
  }
  if (back !== null && back >= from && back < until) bars.push({ kind: 'running', from: Math.max(back, booted ?? back), to: until, ...softStart(known?.end, booted), words: r.t('report.chart.lane.running', { component, host, until: r.clock.short(until) }) });
  return bars;
}

function serviceBars(scene: Scene, host: string | null, component: string, events: readonly CaseEvent[]): { readonly bars: readonly Bar[]; readonly points: readonly Point[] } {
  const { r, from, until } = scene;
  const { outage, members } = r.case;
  const only = component === 'etcd' && host !== null && members.every((m) => m.host === host);
  const known = outage.perComponent.find((p) => p.component === component && (p.host === host || p.host === null));
  const start = known?.start ?? (only ? outage.start : { notBefore: null, notAfter: null });
  const end = known !== undefined ? known.end : only ? outage.end : null;
  const name = r.t(`report.component.${component}`);
  const goods = events.filter((e) => alive.has(e.kind)).map(endOf);
  const stop = ms(start.notBefore) ?? max(goods);
  const contrary = ms(start.notAfter);
  const bads = events.filter((e) => failing.has(e.kind) && (stop === null || endOf(e) > stop));
  const ended = max(events.filter((e) => stops.has(e.kind) && (contrary === null || eventTime(e) <= contrary)).map(eventTime).filter((t) => Number.isFinite(t)));
  const over = end === null ? null : (ms(end.best) ?? ms(end.notAfter));
  const where = { component: name, host: host ?? '?' };
  const bars: Bar[] = [];
  const points: Point[] = [];
  if (stop !== null && stop > from) {
    const soft = contrary !== null && contrary - stop > 1000 ? contrary : undefined;
    const words = soft === undefined ? r.t('report.chart.lane.running', { ...where, until: r.clock.short(stop) }) : r.t('report.chart.lane.ended', { ...where, from: r.clock.short(stop), to: r.clock.short(soft) });
    bars.push({ kind: 'running', from, to: stop, openStart: true, words, ...(soft === undefined ? {} : { endsBy: soft, caption: r.t('report.chart.last-proof', { time: r.clock.time(stop) }) }) });
  }
  if (ended !== null) points.push({ at: ended, shape: 'failure', tone: 'bad', words: `${r.clock.short(ended)} ${events.find((e) => stops.has(e.kind) && eventTime(e) === ended)?.said.text ?? ''}` });
  const firstBad = min(bads.map(eventTime).filter((t) => Number.isFinite(t)));
  if (firstBad !== null) {
    const last = over ?? (known !== undefined || only ? until : (max(bads.map(endOf)) ?? until));
    const times = bads.reduce((sum, e) => sum + e.count, 0);
    bars.push({
      kind: 'failing', from: firstBad, to: Math.max(firstBad, last), openEnd: over === null, words: r.t('report.chart.lane.failing', { ...where, from: r.clock.short(firstBad) }),
      caption: times > 1 ? r.t('report.chart.failing.times', { n: r.number(times) }) : r.t('report.chart.failing'),
    });
    const worst = bads.find((e) => eventTime(e) === firstBad);
    points.push({ at: firstBad, shape: 'failure', tone: 'bad', words: `${r.clock.short(firstBad)} ${worst?.said.text ?? ''}` });
  }
  if (over !== null && over < until) bars.push({ kind: 'running', from: over, to: until, openEnd: true, ...softStart(end, stop), words: r.t('report.chart.lane.running', { ...where, until: r.clock.short(until) }) });
  return { bars, points };
}

function eventPoints(r: Reading, events: readonly CaseEvent[]): readonly Point[] {
  return events.filter((e) => Number.isFinite(eventTime(e))).slice(0, pointsDrawn).map((e) => ({
    at: eventTime(e), shape: failing.has(e.kind) || stops.has(e.kind) || ['storage-error', 'disk-full', 'out-of-memory', 'backup-failed', 'human-error'].includes(e.kind) ? 'failure' : e.basis === 'observed' ? 'disc' : 'ring',
    tone: failing.has(e.kind) ? 'bad' : 'plain', words: `${r.clock.short(eventTime(e))} ${e.said.text}`,
  }));
}

function backupLane(scene: Scene, host: string | null, events: readonly CaseEvent[]): Pick<Lane, 'points' | 'inWindow'> {
  const { r, crash } = scene;
  const runs = (r.case.backupAudit?.runs ?? []).filter((run) => run.host === host || run.host === null);
  const points = runs.flatMap((run): readonly Point[] => {
    const at = ms(run.due);
    const mark = runMark(run.state);
    if (at === null || mark === null || at < scene.from || at > scene.until || ['missed', 'rotated', 'not-due'].includes(run.state)) return [];
    const picked = run.candidate !== null && (run.candidate === r.pick?.id || run.candidate === r.pick?.path);
    return [{ at, shape: mark[0], tone: mark[1], picked, words: r.t('report.chart.backups.run', { time: r.clock.short(at), state: r.t(`report.run.${run.state}`) }) }];
  });
  const missed = crash === null ? 0 : runs.filter((run) => run.state === 'missed' && (ms(run.due) ?? 0) >= crash.from && (ms(run.due) ?? 0) <= crash.to).length;
  const chosen = points.length > 0 ? points : eventPoints(r, events);
  return { points: chosen.slice(-pointsDrawn), ...(missed > 0 ? { inWindow: r.t('report.chart.missed', { n: r.number(missed) }) } : {}) };
}

function laneOf(scene: Scene, host: string | null, component: string, events: readonly CaseEvent[], all: readonly CaseEvent[]): Lane {
  const { r } = scene;
  const base = { host, component, label: r.t(`report.component.${component}`).replace(/^report\.component\./, '') };
  if (component === 'node' && host !== null) return { ...base, bars: machineBars(scene, host, events, all), points: [] };
  if (component === 'etcd' || component === 'apiserver' || component === 'kubelet') return { ...base, ...serviceBars(scene, host, component, events) };
  if (component === 'backup') return { ...base, bars: [], ...backupLane(scene, host, events) };
  if (component !== 'operator') return { ...base, bars: [], points: eventPoints(r, events) };
  const { collectedAt } = r.case.outage;
  const begin = ms(collectedAt.notBefore) ?? ms(collectedAt.best);
  const end = ms(collectedAt.notAfter) ?? ms(collectedAt.best);
  const collecting: readonly Bar[] = begin === null || end === null || host === null ? [] : [{ kind: 'collecting', from: Math.min(begin, end), to: end, caption: r.t('report.chart.collected'), words: `${r.t('report.chart.collected')} ${r.clock.window(collectedAt)}` }];
  return { ...base, bars: collecting, points: eventPoints(r, events.filter((e) => e.kind !== 'collection')) };
}

/** What ran, failed and happened, per host and component, around the outage (the week before it, and after). */
export function lanesOf(r: Reading): Lanes {
  const { outage, events, hosts, members } = r.case;
  const begun = ms(outage.start.notBefore) ?? ms(outage.start.notAfter);
  const collected = ms(outage.collectedAt.notAfter) ?? ms(outage.collectedAt.best);
  const until = max([collected, ms(outage.end?.best)].filter((t) => t !== null)) ?? max(events.map(endOf).filter((t) => Number.isFinite(t)));
  if (until === null) return { lanes: [], crash: null, until: null };
  const earliest = (min(outage.perComponent.flatMap((p) => [ms(p.start.notBefore)].filter((t) => t !== null))) ?? begun ?? until) - week;
  const inFocus = events.filter((e) => endOf(e) >= earliest && eventTime(e) <= until);
  const due = (r.case.backupAudit?.runs ?? []).flatMap((run) => (run.state === 'missed' || run.state === 'rotated' ? [] : [ms(run.due)].filter((t) => t !== null && t >= earliest))).filter((t) => t !== null);
  const first = min([...inFocus.map((e) => Math.max(earliest, eventTime(e))), ...(begun === null ? [] : [begun]), ...due].filter((t) => Number.isFinite(t))) ?? until - week;
  const from = ms(outage.start.notBefore);
  const to = ms(outage.start.notAfter);
  const crash = from !== null && to !== null && to - from > 60_000 ? { from, to } : null;
  const scene: Scene = { r, from: first - 60_000, until, crash };
  const etcdHosts = new Set(members.map((m) => m.host));
  const names = [...new Set<string | null>([...hosts.map((h) => h.name), ...inFocus.map((e) => e.host), ...outage.perComponent.map((p) => p.host)])];
  const sorted = [...names.filter((n) => n !== null && etcdHosts.has(n)), ...names.filter((n) => n !== null && !etcdHosts.has(n)), ...names.filter((n) => n === null)];
  const [onlyHost] = etcdHosts;
  const alone = etcdHosts.size === 1 && onlyHost !== null && onlyHost !== undefined ? onlyHost : null;
  const lanes = sorted.filter((host) => host !== null || alone === null).slice(0, hostsDrawn).flatMap((host) => {
    const own = inFocus.filter((e) => e.host === host || (e.host === null && host === alone));
    const components = new Set([...own.map((e) => e.component), ...outage.perComponent.filter((p) => p.host === host).map((p) => p.component)]);
    if (etcdHosts.has(host)) for (const one of ['node', 'etcd', 'operator']) components.add(one);
    if ((r.case.backupAudit?.runs ?? []).some((run) => run.host === host && run.due !== null)) components.add('backup');
    const ranked = [...components].sort((a, b) => (order.indexOf(a) + 100) % 100 - ((order.indexOf(b) + 100) % 100) || (a < b ? -1 : 1));
    return ranked.map((component) => laneOf(scene, host, component, own.filter((e) => e.component === component), own)).filter((lane) => lane.bars.length + lane.points.length > 0);
  });
  return { lanes, crash, until };
}
