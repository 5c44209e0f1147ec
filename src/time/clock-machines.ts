import type { ClockPoint } from './clock-point.js';
import { columnsOf, compare, runsOf, skewToleranceMs, verdict, verdictsOf, type Run } from './clock-runs.js';
import { voteOut } from './clock-votes.js';
import { besideClock, otherEra, type ContestedClock } from './contested-clocks.js';
import { longestChain } from './monotone-chain.js';

/** Machines that are compared each with each; the rest are judged against what these agree on. */
const maxCompared = 40;

/** What was found about one machine's clock. */
export interface MachineClock {
  readonly machine: string;
  readonly points: number;
  readonly trusted: boolean;
  /** Median difference to the agreed time; positive is ahead. Null when nothing can be compared. */
  readonly offsetMs: number | null;
  /** The clock stepped back inside the series by this much. */
  readonly steppedBackMs: number | null;
}

/** The points of the clocks that agree with each other, and what is said of the others. */
export interface Agreement {
  readonly kept: readonly ClockPoint[];
  /** Single points of otherwise steady machines that their neighbours contradict: damage. */
  readonly strays: readonly ClockPoint[];
  /** What lost without a majority: the truth may be there. */
  readonly contested: readonly ContestedClock[];
  readonly machines: readonly MachineClock[];
}

const end = (p: ClockPoint): number => p.time + p.precisionMs;

/** Neighbours on each side among which a point must find its place. */
const reach = 8;

/**
 * Drops points that do not fit into the longest series of their neighbours in revision order: damaged or stale values. At
 * a real step of the clock the larger half of the neighbours decides, so that only what lies beside the step is in doubt.
 */
function withoutStrays(points: readonly ClockPoint[]): { readonly kept: ClockPoint[]; readonly strays: ClockPoint[] } {
  const { revisions, times, limits } = columnsOf(points);
  const kept: ClockPoint[] = [];
  const strays: ClockPoint[] = [];
  const contradict = (earlier: number, later: number): boolean => (revisions[earlier] as number) < (revisions[later] as number) && (times[earlier] as number) > (limits[later] as number);
  for (let i = 0; i < points.length; i++) {
    // Near an end both sides are short alike, so that a step there is not taken for damage.
    const from = Math.max(0, i - Math.min(reach, Math.max(2, points.length - 1 - i)));
    const to = Math.min(points.length - 1, i + Math.min(reach, Math.max(2, i)));
    let doubtful = false;
    for (let j = from; j < i && !doubtful; j++) doubtful = contradict(j, i);
    for (let j = i + 1; j <= to && !doubtful; j++) doubtful = contradict(i, j);
    const point = points[i] as ClockPoint;
    (doubtful && longestChain(points.slice(from, to + 1), skewToleranceMs).strays.includes(point) ? strays : kept).push(point);
  }
  return { kept, strays };
}

/** Machines of the runs that pass the test, each with its weight once. */
function weightOf(indexes: Iterable<number>, runs: readonly Run[], test: (index: number) => boolean): number {
  const machines = new Map<string, number>();
  for (const i of indexes) if (test(i)) machines.set((runs[i] as Run).machine, (runs[i] as Run).weight);
  return [...machines.values()].reduce((sum, weight) => sum + weight, 0);
}

/** Whether the runs that are left leave no doubt about one that lost: most agree with it anyway, or twice its weight contradicts it. */
function decided(index: number, active: ReadonlySet<number>, runs: readonly Run[], verdicts: readonly Uint8Array[]): boolean {
  const against = weightOf(active, runs, (j) => verdicts[index]?.[j] === verdict.conflict);
  const beside = weightOf(active, runs, (j) => verdicts[index]?.[j] === verdict.agree);
  return beside > against ? beside >= 2 : against > beside && against >= 2 * (runs[index] as Run).weight;
}

/**
 * Runs that go on where a longer run of the same machine went wrong, and after which no other machine says anything: the same
 * wrong clock, cut off by one damaged time. A run that contradicts the wrong one is a clock that was set right.
 */
function restsOfWrongClocks(active: ReadonlySet<number>, lost: readonly number[], runs: readonly Run[], verdicts: readonly Uint8Array[]): number[] {
  return [...active].filter((i) => {
    const { machine, points } = runs[i] as Run;
    const wrong = lost.filter((j) => runs[j]?.machine === machine && (runs[j] as Run).points.length > points.length);
    if (wrong.length === 0 || wrong.some((j) => verdicts[i]?.[j] === verdict.conflict)) return false;
    const from = points[0]?.revision ?? 0;
    return ![...active].some((j) => runs[j]?.machine !== machine && ((runs[j] as Run).points.at(-1)?.revision ?? 0) > from);
  });
}

/** What lost although no believed clock speaks in its revisions: all clocks were set back there, and none is outvoted. */
function erasOf(lost: readonly Run[], kept: readonly ClockPoint[]): { readonly eras: readonly ContestedClock[]; readonly runs: ReadonlySet<Run> } {
  const [first, last] = [kept[0]?.revision ?? 0, kept[kept.length - 1]?.revision ?? 0];
  const eras: ContestedClock[] = [];
  const apart = new Set<Run>();
  for (const place of ['before', 'after'] as const) {
    const outside = (p: ClockPoint): boolean => (place === 'after' ? p.revision > last : p.revision < first);
    const runs = lost.filter(({ points }) => points.length - points.filter(outside).length <= 2);
    const era = otherEra(runs.flatMap(({ points }) => points).sort((a, b) => a.revision - b.revision), kept, place, skewToleranceMs);
    if (era === null) continue;
    eras.push(era);
    for (const run of runs) apart.add(run);
  }
  return { eras, runs: apart };
}

/**
 * Finds the machines whose clocks agree. Each machine has one vote, however many Leases it renews;
 * the run with the most against it leaves until nobody contradicts. `points` sorted by revision.
 */
export function agreeingMachines(points: readonly ClockPoint[]): Agreement {
  const byMachine = new Map<string, ClockPoint[]>();
  for (const p of points) {
    const list = byMachine.get(p.machine);
    if (list === undefined) byMachine.set(p.machine, [p]);
    else list.push(p);
  }
  const allStrays: ClockPoint[] = [];
  const contested: ContestedClock[] = [];
  const clean = new Map<string, ClockPoint[]>();
  for (const [machine, list] of byMachine) {
    const { kept, strays } = withoutStrays(list);
    allStrays.push(...strays);
    if (kept.length > 0) clean.set(machine, kept);
  }
  const order = [...clean].sort((a, b) => b[1].length - a[1].length);
  const runs = order.slice(0, maxCompared).flatMap(([machine, list]) => runsOf(machine, list)).slice(-400);
  const verdicts = verdictsOf(runs);
  const { active, lost } = voteOut(runs, verdicts);
  for (const i of restsOfWrongClocks(active, lost.map((one) => one.index), runs, verdicts)) {
    active.delete(i);
    lost.push({ index: i, clear: true });
  }
  const kept = [...active].flatMap((i) => (runs[i] as Run).points);
  kept.sort((a, b) => a.revision - b.revision);
  const apart = erasOf(lost.map(({ index }) => runs[index] as Run), kept);
  contested.push(...apart.eras);
  for (const { index, clear } of lost) {
    const run = runs[index] as Run;
    if (apart.runs.has(run)) continue;
    const few = run.points.length <= 0.1 * (byMachine.get(run.machine)?.length ?? 0);
    if (few) allStrays.push(...run.points);
    else if (!clear && !decided(index, active, runs, verdicts)) contested.push(besideClock(run.points));
  }
  const believed = columnsOf(kept);
  for (const [machine, list] of order.slice(maxCompared)) {
    for (const run of runsOf(machine, list)) if (compare(run.columns, believed) !== verdict.conflict) kept.push(...run.points);
  }
  kept.sort((a, b) => a.revision - b.revision);
  return { kept, strays: allStrays, contested, machines: judged(byMachine, kept) };
}

/** Offset of each machine's clock from what the kept points of the others say. */
function judged(byMachine: ReadonlyMap<string, readonly ClockPoint[]>, kept: readonly ClockPoint[]): MachineClock[] {
  const good = new Set(kept);
  const result: MachineClock[] = [];
  for (const [machine, points] of byMachine) {
    const trusted = points.filter((p) => good.has(p)).length * 2 > points.length;
    const offsets: number[] = [];
    let at = 0;
    let last: ClockPoint | undefined;
    let steppedBackMs: number | null = null;
    for (const p of points) {
      if (last !== undefined && last.time - end(p) > skewToleranceMs && !(trusted && !good.has(p))) steppedBackMs = Math.max(steppedBackMs ?? 0, last.time - p.time);
      last = p;
      while (at < kept.length && (kept[at] as ClockPoint).revision < p.revision) at++;
      const before = nearest(kept, at - 1, -1, machine);
      const after = nearest(kept, at, 1, machine);
      if (before === null || after === null || after.revision === before.revision) continue;
      const share = (p.revision - before.revision) / (after.revision - before.revision);
      offsets.push(p.time - (before.time + share * (after.time - before.time)));
    }
    offsets.sort((a, b) => a - b);
    result.push({ machine, points: points.length, trusted, offsetMs: offsets[offsets.length >> 1] ?? null, steppedBackMs });
  }
  return result;
}

function nearest(kept: readonly ClockPoint[], from: number, step: 1 | -1, not: string): ClockPoint | null {
  for (let i = from, tries = 0; i >= 0 && i < kept.length && tries < 16; i += step, tries++) {
    const p = kept[i] as ClockPoint;
    if (p.machine !== not) return p;
  }
  return null;
}
