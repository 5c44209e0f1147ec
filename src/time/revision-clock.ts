import { agreeingMachines, type MachineClock } from './clock-machines.js';
import type { ClockPoint } from './clock-point.js';
import { skewToleranceMs } from './clock-runs.js';
import { holdsForBoth, type ContestedClock } from './contested-clocks.js';
import type { Interval } from './interval.js';
import { impossibleFloors, leasesDied, withoutFastClocks, withoutJumps } from './carried-times.js';
import { capAfter, dueAfter, pace, renewalsOf } from './lease-rhythm.js';
import { ceilingsOver, disorderMs, firstAtLeast, longestChain, slowWriteMs, witnessedBounds, type Ceiling } from './monotone-chain.js';

/** Revisions after the last renewal that need no explanation: a busy cluster writes them between two renewals. */
const usualGap = 40;
/** Between two neighbours at the end this much needs no explanation where nodes renew every 10 s. */
const usualStep = 10_000;
/** Further beyond what was seen the pace of the last writes says nothing. */
const furthestGuess = 600_000;
/** Nobody writes for a month without a Lease: so many revisions were not written but raised. */
const furthestPassed = 30 * 86_400_000;
/** Up to this many unreadable values may be somebody else's, not damage. */
const fewDamaged = 2;
/** Points that are kept: the newest matter most, older ones are thinned. */
const maxPoints = 24_000;

/** Evidence behind a time: the object (or artifact), which of its fields, and the time it says. */
export interface ClockEvidence {
  readonly key: string;
  readonly what: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly revision: number;
}

/** A point of the line of best times. */
interface Knot {
  readonly revision: number;
  readonly time: number;
}

/** A fitted clock: dates any revision. Made by `revisionClock`, asked by `timeOfRevision`. */
export interface RevisionClock {
  readonly points: readonly ClockPoint[];
  readonly newestRevision: number | null;
  /** From here to the newest every write was seen; null when that is not known. */
  readonly wholeFrom: number | null;
  /** Values of which the clock was told that they are damaged. */
  readonly damagedValues: number;
  readonly machines: readonly MachineClock[];
  /** Bounds from below, revision and time both rising. */
  readonly floors: readonly { readonly revision: number; readonly bound: number; readonly point: ClockPoint }[];
  /** Points that bound from above, revision and time both rising. */
  readonly ceilings: readonly Ceiling[];
  /** The line of best times, revision and time both rising. */
  readonly knots: readonly Knot[];
  /** Clocks that contradict the others without a majority to decide. */
  readonly contested: readonly ContestedClock[];
  /** A newest point that nothing confirms: the true end may be there. */
  readonly lonely: readonly ClockPoint[];
  readonly end: { readonly until: number; readonly msPerRevision: number; readonly point: ClockPoint } | null;
  /** `renewals`: Leases and creations date it closely; `floors`: only carried times; `none`: nothing to fit. */
  readonly quality: 'renewals' | 'floors' | 'none';
}

const end = (p: ClockPoint): number => p.time + p.precisionMs;

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
 * never dated before an older one. `newestRevision` is the last one that exists, when it has no point;
 * `wholeFrom` the revision from which on every write was seen, so that missing renewals say something;
 * `damagedValues` how many values beside the points are known to be damaged, so that one witness is not believed.
 */
export function revisionClock(input: Iterable<ClockPoint>, newestRevision: number | null = null, wholeFrom: number | null = null, damagedValues = 0): RevisionClock {
  const points = thinned([...input].sort((a, b) => a.revision - b.revision || a.time - b.time));
  const fresh = points.filter((p) => p.kind === 'renewal' || p.kind === 'stamp');
  const { kept, strays, contested, machines } = agreeingMachines(fresh);
  const chain = longestChain(kept, skewToleranceMs);
  const wrong = new Set(machines.filter((m) => !m.trusted).map((m) => m.machine));
  const carried = points.filter((p) => p.kind === 'floor' && !wrong.has(p.machine));
  const odd = strays.length + chain.strays.length + impossibleFloors(carried, chain.kept);
  const damaged = odd >= 3 && odd > 0.002 * fresh.length;
  const { trusted, lonely } = damaged ? withoutLooseEnds(chain.kept) : splitLonely(chain.kept, points);
  const witnesses = damaged ? 3 : odd > 0 || damagedValues > fewDamaged ? 2 : 1;
  const renewals = renewalsOf(trusted);
  const fixed = points.filter((p) => p.kind === 'fixed');
  const ceilings = ceilingsOver([...trusted, ...fixed, ...points.filter((p) => p.kind === 'ceiling')], witnesses);
  const last = trusted[trusted.length - 1];
  const due = last === undefined ? null : capAfter(last.time, renewals);
  const endCap = last !== undefined && due !== null && leasesDied(carried, last, due, ceilings, witnesses) ? null : due;
  const until = (revision: number): number => ceilings[firstAtLeast(ceilings, revision)]?.until ?? endCap ?? Infinity;
  const believed = trusted.length > 0 ? withoutFastClocks(carried, damaged ? null : new Set(trusted.map((p) => p.machine)), (p) => p.time > until(p.revision) + disorderMs) : withoutJumps(carried);
  const floors = witnessedBounds([...trusted, ...fixed, ...believed].sort((a, b) => a.revision - b.revision), (p) => p.time, witnesses);
  const newest = points.reduce<number | null>((max, p) => (p.kind !== 'ceiling' && (max === null || p.revision > max) ? p.revision : max), newestRevision);
  const top = floors[floors.length - 1];
  const seenAll = last !== undefined && wholeFrom !== null && last.revision >= wholeFrom - 1;
  const unseen = last === undefined || seenAll || newest === null ? 0 : Math.max(0, newest - last.revision - usualGap);
  // A restore raises the revision by a number that no time passes for.
  const passed = unseen * pace(trusted);
  const cap = top === undefined || passed > furthestPassed ? null : later(capAfter(Math.max(top.bound, last?.time ?? -Infinity), renewals), 3 * passed);
  return {
    points,
    newestRevision: newest,
    wholeFrom,
    damagedValues,
    machines,
    floors,
    ceilings,
    knots: knotsOf(trusted, floors),
    contested,
    lonely,
    end: top === undefined || cap === null ? null : { until: cap, msPerRevision: pace(trusted), point: top.point },
    quality: trusted.length > 0 ? 'renewals' : floors.length > 0 ? 'floors' : 'none',
  };
}

/**
 * Points at the end that jump ahead alone, further than a pause or past the time at which the Leases before them were
 * due: one value may be damaged, or one clock wrong. They are not alone when another machine's carried times, `all` of
 * them, reach as far before them.
 */
function splitLonely(points: readonly ClockPoint[], all: readonly ClockPoint[] = []): { readonly trusted: readonly ClockPoint[]; readonly lonely: readonly ClockPoint[] } {
  const from = Math.max(1, points.length - 12);
  const machines = new Set(points.map((p) => p.machine)).size;
  for (let i = points.length - 1; i >= from; i--) {
    const p = points[i] as ClockPoint;
    const before = (points[i - 1] as ClockPoint).time;
    const allowed = Math.max(30_000, 3 * (p.intervalMs ?? 0));
    if (p.time - before <= usualStep || (p.time - before <= allowed && p.time <= dueAfter(points.slice(0, i)))) continue;
    const tail = points.slice(i);
    const steady = tail.some((a) => tail.some((b) => b.key === a.key && b.revision > a.revision && b.time > a.time));
    const witnesses = machines > 1 ? new Set(tail.map((t) => t.machine)).size : new Set(tail.map((t) => t.key)).size;
    const carried = all.some((f) => f.kind === 'floor' && f.machine !== p.machine && f.revision <= p.revision && f.time <= end(p) && p.time - f.time <= Math.min(allowed, (p.time - before) / 2));
    if (!steady && witnesses < 2 && !carried) return { trusted: points.slice(0, i), lonely: tail };
  }
  return { trusted: points, lonely: [] };
}

/** The same where values are known to be damaged: what alone jumps ahead, or lags far behind, is damage too. */
function withoutLooseEnds(points: readonly ClockPoint[]): { readonly trusted: readonly ClockPoint[]; readonly lonely: readonly ClockPoint[] } {
  const { trusted } = splitLonely(points);
  const first = trusted.slice(0, 4).findIndex((p, i) => ((trusted[i + 1] as ClockPoint | undefined)?.time ?? p.time) - p.time > 3_600_000);
  return { trusted: first < 0 ? trusted : trusted.slice(first + 1), lonely: [] };
}

const later = (time: number | null, ms: number): number | null => (time === null ? null : time + ms);

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
  let low = below === undefined ? null : below.bound - disorderMs;
  let high = above?.until ?? atEnd?.until ?? null;
  if (low !== null && high !== null && low > high) [low, high] = [high, low];
  const best = bestAt(clock, r, low, high);
  for (const p of above === undefined && high !== null && r <= (clock.newestRevision ?? r) ? clock.lonely : []) {
    if (Math.abs(p.revision - r) < 200 || p.revision > r) high = Math.max(high as number, p.time + p.precisionMs + slowWriteMs);
  }
  let time: Interval = { notBefore: low, best, notAfter: high };
  for (const other of clock.contested) time = holdsForBoth(time, r, other, slowWriteMs);
  const basis = [below?.point, above?.point].filter((p): p is ClockPoint => p !== undefined);
  return { time, basis: [...new Set(basis)].map(evidence) };
}

/** The most likely time: between knots in proportion, after the last one by the pace of the last writes. */
function bestAt(clock: RevisionClock, r: number, low: number | null, high: number | null): number | null {
  const { knots } = clock;
  if (knots.length === 0) return high;
  const at = firstAtLeast(knots, r);
  const [before, after] = [knots[at - 1], knots[at]];
  let best: number;
  if (after === undefined) {
    const beyond = (r - (before as Knot).revision) * (clock.end?.msPerRevision ?? 0);
    if (high === null && beyond > furthestGuess) return null;
    best = (before as Knot).time + beyond;
  } else if (before === undefined || after.revision === r) best = after.time;
  else best = before.time + ((r - before.revision) / (after.revision - before.revision)) * (after.time - before.time);
  if (high !== null) best = Math.min(high, best);
  return low === null ? best : Math.max(low, best);
}

/** Points of the line of best times: the middle of what each point says, never falling. Both lists rise in revision. */
function knotsOf(trusted: readonly ClockPoint[], floors: RevisionClock['floors']): Knot[] {
  const knots: { revision: number; time: number }[] = [];
  let last = { revision: -1, time: -Infinity };
  const say = (revision: number, time: number): void => {
    const rising = Math.max(time, last.time);
    if (last.revision === revision) last.time = rising;
    else knots.push((last = { revision, time: rising }));
  };
  let next = 0;
  for (const p of trusted) {
    for (let floor = floors[next]; floor !== undefined && floor.revision <= p.revision; floor = floors[++next]) say(floor.revision, floor.bound);
    say(p.revision, p.time + Math.min(p.precisionMs / 2, 500));
  }
  for (const floor of floors.slice(next)) say(floor.revision, floor.bound);
  return knots;
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
  const ends = clocks.filter((c) => c.newestRevision === newest && c.wholeFrom !== null).map((c) => c.wholeFrom as number);
  return revisionClock(points, newest, ends.length === 0 ? null : Math.min(...ends), clocks.reduce((sum, c) => sum + c.damagedValues, 0));
}

/** The clock of what one database says. */
export function clockOf({ points, newestRevision, wholeFrom, damagedValues }: Pick<RevisionClock, 'points' | 'newestRevision' | 'wholeFrom' | 'damagedValues'>): RevisionClock {
  return revisionClock(points, newestRevision, wholeFrom, damagedValues);
}
