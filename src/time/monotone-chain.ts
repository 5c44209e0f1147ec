import type { ClockPoint } from './clock-point.js';

/** A stamp is written to disk at most this much later: the API server's own time limit is longer only when it fails. */
export const slowWriteMs = 5_000;
/** Writes that run beside each other reach etcd out of order, and clocks that agree differ a little. */
export const disorderMs = 250;

const end = (p: ClockPoint): number => p.time + p.precisionMs;

/**
 * The longest series of points whose times never fall, and all others that fit between its neighbours within
 * the tolerance; the rest contradicts it. `points` sorted by revision. One wrong time, however wild, cannot
 * push out two right ones.
 */
export function longestChain(points: readonly ClockPoint[], toleranceMs: number): { readonly kept: ClockPoint[]; readonly strays: ClockPoint[] } {
  // Patience sorting: `tails[n]` is the index of the smallest last time of a chain of n + 1 points.
  const tails: number[] = [];
  const before = new Int32Array(points.length).fill(-1);
  const timeAt = (index: number): number => (points[index] as ClockPoint).time;
  for (let i = 0; i < points.length; i++) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (timeAt(tails[mid] as number) <= timeAt(i)) low = mid + 1;
      else high = mid;
    }
    if (low > 0) before[i] = tails[low - 1] as number;
    tails[low] = i;
  }
  const inChain = new Uint8Array(points.length);
  for (let i = tails[tails.length - 1] ?? -1; i >= 0; i = before[i] as number) inChain[i] = 1;
  const ceilings = new Float64Array(points.length);
  let next = Infinity;
  for (let i = points.length - 1; i >= 0; i--) {
    if (inChain[i] === 1) next = end(points[i] as ClockPoint);
    ceilings[i] = next;
  }
  const kept: ClockPoint[] = [];
  const strays: ClockPoint[] = [];
  let last = -Infinity;
  points.forEach((p, i) => {
    if (inChain[i] === 1) last = p.time;
    (inChain[i] === 1 || (end(p) + toleranceMs >= last && p.time <= (ceilings[i] as number) + toleranceMs) ? kept : strays).push(p);
  });
  return { kept, strays };
}

/** A bound that holds from a revision on (floors) or up to it (ceilings), and the point that proves it. */
export interface Bound {
  readonly revision: number;
  readonly bound: number;
  readonly point: ClockPoint;
}

/**
 * Rising bounds over revisions: at each, the `witnesses`-th highest of what distinct keys say at or before it, so
 * that fewer than that many wrong values cannot lift it. `points` in the order in which they count.
 */
export function witnessedBounds(points: readonly ClockPoint[], boundOf: (p: ClockPoint) => number, witnesses: number): Bound[] {
  // What at most that many keys say, the highest first.
  const best: { readonly bound: number; readonly point: ClockPoint }[] = [];
  const bounds: Bound[] = [];
  const said = points.map(boundOf);
  let reached = -Infinity;
  for (let i = 0; i < points.length; i++) {
    const [point, bound] = [points[i] as ClockPoint, said[i] as number];
    if (best.length >= witnesses && (best[best.length - 1] as { bound: number }).bound >= bound) continue;
    let at = 0;
    while (at < best.length && best[at]?.point.key !== point.key) at++;
    if (at < best.length && (best[at] as { bound: number }).bound >= bound) continue;
    // In the place of what the same key said, or of the lowest, and up from there.
    if (at === witnesses) at--;
    for (; at > 0 && (best[at - 1] as { bound: number }).bound < bound; at--) best[at] = best[at - 1] as { bound: number; point: ClockPoint };
    best[at] = { bound, point };
    const decisive = best[witnesses - 1];
    if (decisive === undefined || decisive.bound <= reached) continue;
    reached = decisive.bound;
    bounds.push({ revision: point.revision, bound: reached, point: decisive.point });
  }
  return bounds;
}

/** A bound from above: the revision existed by then. */
export interface Ceiling {
  readonly revision: number;
  readonly until: number;
  readonly point: ClockPoint;
}

/** Upper bounds, revision and time both rising: what was written by a trusted clock was on disk soon after. */
export function ceilingsOver(points: readonly ClockPoint[], witnesses: number): Ceiling[] {
  const until = (p: ClockPoint): number => p.time + p.precisionMs + (p.kind === 'renewal' || p.kind === 'stamp' ? slowWriteMs : 0);
  const bounds = witnessedBounds([...points].sort((a, b) => b.revision - a.revision), (p) => -until(p), witnesses);
  return bounds.map(({ revision, bound, point }) => ({ revision, until: -bound, point })).reverse();
}

/** Index of the first entry at or after a revision. */
export function firstAtLeast(list: readonly { readonly revision: number }[], revision: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((list[mid] as { revision: number }).revision < revision) low = mid + 1;
    else high = mid;
  }
  return low;
}
