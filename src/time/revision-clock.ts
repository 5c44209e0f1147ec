import { agreeingMachines, skewToleranceMs, withoutStrays, type MachineClock } from './clock-machines.js';
import type { ClockPoint } from './clock-point.js';
import type { Interval } from './interval.js';

/** A stamp is written to disk at most this much later: the API server's own time limit is longer only when it fails. */
const slowWriteMs = 5_000;
/** Writes that run beside each other reach etcd out of order, and clocks that agree differ a little. */
const disorderMs = 250;
/** Points that are kept: the newest matter most, older ones are thinned. */
const maxPoints = 60_000;

/** Evidence behind a time: the object (or artifact), which of its fields, and the time it says. */
export interface ClockEvidence {
  readonly key: string;
  readonly what: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly revision: number;
}

/** A stretch without any write by a clock that used to write often. */
export interface Silence {
  readonly afterRevision: number;
  readonly from: number;
  readonly to: number;
}

/** When the renewals of one Lease (one kubelet, one leader) stopped. */
export interface Renewal {
  readonly key: string;
  readonly machine: string;
  readonly last: number;
  readonly lastRevision: number;
  readonly intervalMs: number;
  /** It missed two renewals and more while others went on. */
  readonly stoppedBeforeEnd: boolean;
}

/** A fitted clock: dates any revision. Made by `revisionClock`, asked by `timeOfRevision`. */
export interface RevisionClock {
  readonly points: readonly ClockPoint[];
  readonly newestRevision: number | null;
  readonly machines: readonly MachineClock[];
  readonly silences: readonly Silence[];
  readonly renewals: readonly Renewal[];
  /** Points that bound from below, revision and time both rising. */
  readonly floors: readonly ClockPoint[];
  /** Points that bound from above, revision and time both rising. */
  readonly ceilings: readonly { readonly revision: number; readonly until: number; readonly point: ClockPoint }[];
  /** Points of machines that contradict the others without a majority to decide. */
  readonly contested: readonly ClockPoint[];
  /** A newest point that nothing confirms: the true end may be there. */
  readonly lonely: readonly ClockPoint[];
  readonly end: { readonly until: number; readonly msPerRevision: number; readonly point: ClockPoint } | null;
  /** `renewals`: Leases and creations date it closely; `floors`: only carried times; `none`: nothing to fit. */
  readonly quality: 'renewals' | 'floors' | 'none';
}

const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
};

/** Every second old point goes until the number is bounded; the newest quarter stays whole. */
function thinned(points: readonly ClockPoint[]): readonly ClockPoint[] {
  let list = points;
  while (list.length > maxPoints) {
    const whole = list.length - maxPoints / 4;
    list = list.filter((p, i) => i >= whole || i % 2 === 0 || p.kind === 'fixed' || p.kind === 'ceiling');
  }
  return list;
}

/**
 * Fits a clock to points of one cluster, in any order. It is monotone by construction: a revision is
 * never dated before an older one. `newestRevision` is the last one that exists, when it has no point.
 */
export function revisionClock(input: Iterable<ClockPoint>, newestRevision: number | null = null): RevisionClock {
  const points = thinned([...input].sort((a, b) => a.revision - b.revision || a.time - b.time));
  const fresh = points.filter((p) => p.kind === 'renewal' || p.kind === 'stamp');
  const { kept, contested, machines } = agreeingMachines(fresh);
  const clean = withoutStrays(kept, skewToleranceMs).kept;
  const { trusted, lonely } = splitLonely(clean);
  const renewals = renewalsOf(trusted);
  const fixed = points.filter((p) => p.kind === 'fixed');
  const ceilings = risingCeilings([...trusted, ...fixed, ...points.filter((p) => p.kind === 'ceiling')]);
  const wrong = new Set(machines.filter((m) => !m.trusted).map((m) => m.machine));
  const carried = points.filter((p) => p.kind === 'floor' && !wrong.has(p.machine));
  const last = trusted[trusted.length - 1];
  const endCap = last === undefined ? null : capAfter(last.time, renewals);
  const until = (revision: number): number => ceilings[firstAtLeast(ceilings, revision)]?.until ?? endCap ?? Infinity;
  const believed = trusted.length > 0
    ? carried.filter((p) => p.time <= until(p.revision) + disorderMs)
    : withoutJumps(carried);
  const floors = risingFloors([...trusted, ...fixed, ...believed].sort((a, b) => a.revision - b.revision));
  const newest = points.reduce<number | null>((max, p) => (p.kind !== 'ceiling' && (max === null || p.revision > max) ? p.revision : max), newestRevision);
  const top = floors[floors.length - 1];
  const cap = top === undefined ? null : capAfter(top.time, renewals);
  return {
    points,
    newestRevision: newest,
    machines,
    silences: silencesOf(trusted),
    renewals,
    floors,
    ceilings,
    contested,
    lonely,
    end: top === undefined || cap === null ? null : { until: cap, msPerRevision: pace(trusted), point: top },
    quality: trusted.length > 0 ? 'renewals' : floors.length > 0 ? 'floors' : 'none',
  };
}

/** Points at the end that jump ahead alone: one value may be damaged, or one clock wrong. */
function splitLonely(points: readonly ClockPoint[]): { readonly trusted: readonly ClockPoint[]; readonly lonely: readonly ClockPoint[] } {
  const from = Math.max(1, points.length - 12);
  const machines = new Set(points.map((p) => p.machine)).size;
  for (let i = points.length - 1; i >= from; i--) {
    const gap = (points[i] as ClockPoint).time - (points[i - 1] as ClockPoint).time;
    if (gap <= Math.max(30_000, 3 * (points[i]?.intervalMs ?? 0))) continue;
    const tail = points.slice(i);
    const steady = tail.some((p) => tail.some((q) => q.key === p.key && q.revision > p.revision && q.time > p.time));
    const witnesses = machines > 1 ? new Set(tail.map((p) => p.machine)).size : new Set(tail.map((p) => p.key)).size;
    if (!steady && witnesses < 2) return { trusted: points.slice(0, i), lonely: tail };
  }
  return { trusted: points, lonely: [] };
}

/** Last renewal and rhythm of each Lease among believed points. */
function renewalsOf(points: readonly ClockPoint[]): Renewal[] {
  const byKey = new Map<string, ClockPoint[]>();
  for (const p of points) {
    if (p.kind !== 'renewal') continue;
    const list = byKey.get(p.key);
    if (list === undefined) byKey.set(p.key, [p]);
    else list.push(p);
  }
  const end = points[points.length - 1]?.time ?? 0;
  return [...byKey].map(([key, list]) => {
    const last = list[list.length - 1] as ClockPoint;
    const recent = list.slice(-7);
    const steps = recent.slice(1).map((p, i) => p.time - (recent[i] as ClockPoint).time).filter((step) => step > 0);
    const intervalMs = (steps.length >= 3 ? median(steps) : null) ?? last.intervalMs ?? 10_000;
    return { key, machine: last.machine, last: last.time, lastRevision: last.revision, intervalMs, stoppedBeforeEnd: end - last.time > 2.5 * intervalMs + slowWriteMs };
  });
}

/** Had time gone on past this, the Leases alive at `time` would have been renewed: half of them say so. */
function capAfter(time: number, renewals: readonly Renewal[]): number | null {
  const caps = renewals.map((r) => r.last + 1.5 * r.intervalMs + 3_000).filter((cap) => cap >= time);
  return median(caps);
}

/** Milliseconds from one revision to the next towards the end. */
function pace(points: readonly ClockPoint[]): number {
  const recent = points.slice(-50);
  const [first, last] = [recent[0], recent[recent.length - 1]];
  if (first === undefined || last === undefined || last.revision === first.revision) return 0;
  return Math.max(0, (last.time - first.time) / (last.revision - first.revision));
}

function risingFloors(points: readonly ClockPoint[]): ClockPoint[] {
  const rising: ClockPoint[] = [];
  for (const p of points) if (rising.length === 0 || p.time > (rising[rising.length - 1] as ClockPoint).time) rising.push(p);
  return rising;
}

function risingCeilings(points: readonly ClockPoint[]): RevisionClock['ceilings'] {
  const sorted = [...points].sort((a, b) => b.revision - a.revision);
  const falling: { revision: number; until: number; point: ClockPoint }[] = [];
  for (const p of sorted) {
    const until = p.time + p.precisionMs + (p.kind === 'renewal' || p.kind === 'stamp' ? slowWriteMs : 0);
    if (falling.length === 0 || until < (falling[falling.length - 1] as { until: number }).until) falling.push({ revision: p.revision, until, point: p });
  }
  return falling.reverse();
}

/** Without renewals: a few times far above all others are damage or expiry dates, not clocks. */
function withoutJumps(points: readonly ClockPoint[]): ClockPoint[] {
  const times = points.map((p) => p.time).sort((a, b) => a - b);
  let top = times.length - 1;
  const least = Math.max(1, Math.floor(times.length * 0.8));
  while (top >= least && (times[top] as number) - (times[top - 1] as number) > 86_400_000) top--;
  const limit = times[top] ?? Infinity;
  return points.filter((p) => p.time <= limit);
}

function silencesOf(points: readonly ClockPoint[]): Silence[] {
  const steps = points.slice(1).map((p, i) => p.time - (points[i] as ClockPoint).time);
  const usual = median(steps.slice(-2000)) ?? 0;
  const least = Math.max(60_000, 12 * usual);
  return points.slice(1).flatMap((p, i) => {
    const before = points[i] as ClockPoint;
    return p.time - before.time > least ? [{ afterRevision: before.revision, from: before.time, to: p.time }] : [];
  });
}

function firstAtLeast(list: readonly { readonly revision: number }[], revision: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((list[mid] as { revision: number }).revision < revision) low = mid + 1;
    else high = mid;
  }
  return low;
}

const evidence = (p: ClockPoint): ClockEvidence => ({ key: p.key, what: p.what, time: p.time, revision: p.revision });

/**
 * When a revision was written, with the objects that say so: the newest time at or below it, and the
 * oldest at or above it. A revision beyond the newest known one has no upper bound.
 */
export function timeOfRevision(clock: RevisionClock, revision: bigint): { readonly time: Interval; readonly basis: readonly ClockEvidence[] } {
  const r = Number(revision);
  const below = clock.floors[firstAtLeast(clock.floors, r + 1) - 1];
  const above = clock.ceilings[firstAtLeast(clock.ceilings, r)];
  const atEnd = above === undefined && clock.newestRevision !== null && r <= clock.newestRevision ? clock.end : null;
  let low = below === undefined ? null : below.time - disorderMs;
  let high = above?.until ?? atEnd?.until ?? null;
  const doubtful = [...clock.contested, ...(above === undefined ? clock.lonely : [])].filter((p) => Math.abs(p.revision - r) < 200 || p.revision > r);
  let best = bestBetween(clock, r, below, above);
  if (best !== null) best = Math.max(low ?? best, Math.min(high ?? best, best));
  for (const p of doubtful) {
    if (clock.contested.includes(p) && low !== null && p.revision <= r) low = Math.min(low, p.time);
    if (high !== null && p.revision <= (clock.newestRevision ?? r)) high = Math.max(high, p.time + p.precisionMs + slowWriteMs);
  }
  if (low !== null && high !== null && low > high) [low, high] = [high, low];
  const basis = [below, above?.point].filter((p): p is ClockPoint => p !== undefined);
  return { time: { notBefore: low, best, notAfter: high }, basis: [...new Set(basis)].map(evidence) };
}

function bestBetween(clock: RevisionClock, r: number, below: ClockPoint | undefined, above: RevisionClock['ceilings'][number] | undefined): number | null {
  const within = (p: ClockPoint): number => p.time + Math.min(p.precisionMs / 2, 500);
  if (below === undefined) return above === undefined ? null : within(above.point);
  if (below.revision === r && below.kind !== 'floor') return within(below);
  if (above === undefined) return clock.end === null ? within(below) : below.time + (r - below.revision) * clock.end.msPerRevision;
  if (above.revision === below.revision) return within(above.point);
  const share = (r - below.revision) / (above.revision - below.revision);
  return below.time + share * Math.max(0, above.point.time - below.time);
}

/** One clock from the points of several files or members of the same cluster. */
export function mergeClocks(clocks: readonly RevisionClock[]): RevisionClock {
  const seen = new Set<string>();
  const points: ClockPoint[] = [];
  for (const clock of clocks) {
    for (const p of clock.points) {
      const id = `${p.revision}\n${p.time}\n${p.key}\n${p.what}`;
      if (seen.has(id)) continue;
      seen.add(id);
      points.push(p);
    }
  }
  const newest = clocks.reduce<number | null>((max, c) => (c.newestRevision !== null && (max === null || c.newestRevision > max) ? c.newestRevision : max), null);
  return revisionClock(points, newest);
}
