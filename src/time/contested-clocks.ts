import type { ClockPoint } from './clock-point.js';
import type { Interval } from './interval.js';
import { longestChain } from './monotone-chain.js';

const day = 86_400_000;
/** A clock speaks for this many revisions around its own points. */
const reach = 200;

/** A clock that contradicts the believed ones without being outvoted: the truth may be its own. */
export interface ContestedClock {
  /** Revision and time both rising. */
  readonly points: readonly ClockPoint[];
  /**
   * `beside`: of one machine, in the same revisions as the believed ones; `after`: all that is said from some revision
   * on, as if every clock was set back there; `before`: all that was said up to it, when what came after is believed.
   */
  readonly place: 'beside' | 'after' | 'before';
  /** By how much the clocks went back between the two; 0 for `beside`. */
  readonly stepMs: number;
}

/** One machine's points as a contested clock. */
export function besideClock(points: readonly ClockPoint[]): ContestedClock {
  return { points: longestChain(points, 0).kept, place: 'beside', stepMs: 0 };
}

/**
 * What was said only after the last believed point, or only before the first, and agrees in itself: nobody outvoted it
 * there, for nobody else spoke. Null when it is too little, or no contradiction. `points` sorted by revision.
 */
export function otherEra(points: readonly ClockPoint[], kept: readonly ClockPoint[], place: 'after' | 'before', toleranceMs: number): ContestedClock | null {
  const edge = place === 'after' ? kept[kept.length - 1] : kept[0];
  if (edge === undefined) return null;
  const said = points.filter((p) => (place === 'after' ? p.revision > edge.revision : p.revision < edge.revision));
  const chain = longestChain(said, 0).kept;
  const renewals = chain.filter((p) => p.kind === 'renewal');
  if (chain.length < 0.8 * said.length || renewals.length < 5 || new Set(renewals.map((p) => p.key)).size < 3) return null;
  const stepMs = place === 'after' ? newestOf(kept) - (chain[0] as ClockPoint).time : newestOf(chain) - edge.time;
  return stepMs > toleranceMs ? { points: chain, place, stepMs } : null;
}

const newestOf = (points: readonly ClockPoint[]): number => points.reduce((max, p) => Math.max(max, p.time), -Infinity);

/** Widens what the believed clocks say of a revision, so that it holds for the contested one too. */
export function holdsForBoth({ notBefore, best, notAfter }: Interval, revision: number, { points, place, stepMs }: ContestedClock, slowMs: number): Interval {
  const [first, last] = [points[0], points[points.length - 1]];
  if (first === undefined || last === undefined) return { notBefore, best, notAfter };
  if (place === 'beside' && (revision < first.revision - reach || revision > last.revision + reach)) return { notBefore, best, notAfter };
  let [low, high]: [number | null, number | null] = [null, null];
  for (const p of points) {
    if (p.revision <= revision) low = p.time;
    if (p.revision < revision) continue;
    high = p.time + p.precisionMs + slowMs;
    break;
  }
  const lowest = (time: number | null): number | null => (time === null || notBefore === null ? null : Math.min(time, notBefore));
  const highest = (time: number | null): number | null => (time === null || notAfter === null ? null : Math.max(time, notAfter));
  if (place === 'beside') return { notBefore: low === null ? notBefore : lowest(low), best, notAfter: highest(high ?? last.time + last.precisionMs + slowMs) };
  if (place === 'after') {
    // Before the step: if the clocks are right since, they were ahead. After it: if they were right before, how long it took is unknown.
    if (low === null) return { notBefore: notBefore === null ? null : notBefore - stepMs - slowMs, best, notAfter };
    return { notBefore: lowest(low), best: stepMs <= day ? low : null, notAfter: null };
  }
  if (high === null) return { notBefore, best: stepMs <= day ? best : null, notAfter: null };
  return { notBefore: low === null ? null : low - stepMs - slowMs, best, notAfter: highest(high) };
}
