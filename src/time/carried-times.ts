import type { ClockPoint } from './clock-point.js';
import { ceilingsOver, disorderMs, firstAtLeast, longestChain, type Ceiling } from './monotone-chain.js';

/** Machines whose carried times say again and again more than can be true. */
function fastMachines(points: readonly ClockPoint[], tooLate: (p: ClockPoint) => boolean): ReadonlySet<string> {
  const seen = new Map<string, { all: number; late: number }>();
  for (const p of points) {
    let count = seen.get(p.machine);
    if (count === undefined) seen.set(p.machine, (count = { all: 0, late: 0 }));
    count.all++;
    if (tooLate(p)) count.late++;
  }
  return new Set([...seen].filter(([, { all, late }]) => late >= 2 && late > 0.05 * all).map(([machine]) => machine));
}

/** Without carried times that say more than can be true; of machines that nothing else judges, without all when that happens again and again. */
export function withoutFastClocks(points: readonly ClockPoint[], judged: ReadonlySet<string> | null, tooLate: (p: ClockPoint) => boolean): ClockPoint[] {
  const fast = judged === null ? new Set<string>() : fastMachines(points, tooLate);
  return points.filter((p) => !tooLate(p) && !(fast.has(p.machine) && judged?.has(p.machine) === false));
}

/**
 * Whether writes went on after the last renewal and past the time at which the next ones were due, by carried times of
 * several objects: then the controllers and kubelets had stopped, and their silence bounds nothing.
 */
export function leasesDied(carried: readonly ClockPoint[], last: ClockPoint, dueTime: number, ceilings: readonly Ceiling[], witnesses: number): boolean {
  const later = carried.filter((p) => p.revision > last.revision && p.time > dueTime + disorderMs);
  if (later.length < 2) return false;
  const before = carried.filter((p) => p.revision <= last.revision);
  const fast = fastMachines(before, (p) => p.time > (ceilings[firstAtLeast(ceilings, p.revision)]?.until ?? Infinity) + disorderMs);
  const slow = later.filter((p) => !fast.has(p.machine));
  // Damaged times are anywhere; those of writes that went on follow each other.
  const chain = longestChain(slow, disorderMs).kept;
  const steady = chain.length >= 0.8 * slow.length && (chain[chain.length - 1]?.time ?? 0) - dueTime < 86_400_000;
  return (witnesses === 1 || steady) && new Set(chain.map((p) => p.key)).size >= Math.max(2, witnesses);
}

/** How many carried times of machines that are right lie a minute and more after what was written later. */
export function impossibleFloors(carried: readonly ClockPoint[], kept: readonly ClockPoint[]): number {
  const right = new Set(kept.map((p) => p.machine));
  const ceilings = ceilingsOver(kept, 1);
  return carried.filter((p) => right.has(p.machine) && p.time > (ceilings[firstAtLeast(ceilings, p.revision)]?.until ?? Infinity) + 60_000).length;
}

/** Without renewals: a few times far above all others are damage or expiry dates, not clocks. */
export function withoutJumps(points: readonly ClockPoint[]): ClockPoint[] {
  const times = points.map((p) => p.time).sort((a, b) => a - b);
  let top = times.length - 1;
  const least = Math.max(1, Math.floor(times.length * 0.8));
  while (top >= least && (times[top] as number) - (times[top - 1] as number) > 86_400_000) top--;
  const limit = times[top] ?? Infinity;
  return points.filter((p) => p.time <= limit);
}
