import type { ClockPoint } from './clock-point.js';
import { besideClock, otherEra, type ContestedClock } from './contested-clocks.js';

/** Between two machines, less than this is no contradiction: ordinary skew and a slow write. */
export const skewToleranceMs = 5_000;
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

interface Run {
  readonly machine: string;
  readonly weight: number;
  readonly points: readonly ClockPoint[];
}

/** The runs that agree with each other, and what was left out. */
export interface Agreement {
  readonly kept: readonly ClockPoint[];
  readonly dropped: readonly ClockPoint[];
  /** Single points of otherwise steady machines that their neighbours contradict: damage. */
  readonly strays: readonly ClockPoint[];
  /** What lost without a majority: the truth may be there. */
  readonly contested: readonly ContestedClock[];
  readonly machines: readonly MachineClock[];
}

const end = (p: ClockPoint): number => p.time + p.precisionMs;

/** Drops points that most of their eight neighbours in revision order contradict: damaged or stale values. */
export function withoutStrays(points: readonly ClockPoint[], toleranceMs: number): { readonly kept: ClockPoint[]; readonly strays: ClockPoint[] } {
  const kept: ClockPoint[] = [];
  const strays: ClockPoint[] = [];
  for (let i = 0; i < points.length; i++) {
    const p = points[i] as ClockPoint;
    let against = 0;
    let seen = 0;
    for (let j = Math.max(0, i - 4); j <= Math.min(points.length - 1, i + 4); j++) {
      const q = points[j] as ClockPoint;
      if (q === p) continue;
      seen++;
      if (q.revision < p.revision ? q.time > end(p) + toleranceMs : q.revision > p.revision && end(q) + toleranceMs < p.time) against++;
    }
    (seen > 1 && against * 2 > seen ? strays : kept).push(p);
  }
  return { kept, strays };
}

/** One machine's points, cut where its clock went back. */
function runsOf(machine: string, points: readonly ClockPoint[]): Run[] {
  const weight = machine.startsWith('?') ? 0.5 : 1;
  const runs: Run[] = [];
  let current: ClockPoint[] = [];
  for (const p of points) {
    const before = current[current.length - 1];
    if (before !== undefined && before.time > end(p) + skewToleranceMs) {
      runs.push({ machine, weight, points: current });
      current = [];
    }
    current.push(p);
  }
  runs.push({ machine, weight, points: current });
  return runs;
}

type Verdict = 'agree' | 'conflict' | 'apart';

/** How many points of one run come after points of another, and how many of them say an earlier time. A single odd point before them does not decide. */
function setBack(said: readonly ClockPoint[], by: readonly ClockPoint[]): { readonly seen: number; readonly conflicts: number } {
  let next = 0;
  let seen = 0;
  let conflicts = 0;
  for (const p of said) {
    while (next < by.length && (by[next] as ClockPoint).revision < p.revision) next++;
    if (next === 0) continue;
    seen++;
    if (Math.min((by[next - 1] as ClockPoint).time, by[next - 2]?.time ?? Infinity) > end(p) + skewToleranceMs) conflicts++;
  }
  return { seen, conflicts };
}

/** Compares two runs where their revisions interleave. */
function compare(a: Run, b: Run): Verdict {
  const both = [setBack(a.points, b.points), setBack(b.points, a.points)];
  if (both.every(({ seen }) => seen === 0)) return 'apart';
  const shorter = Math.min(a.points.length, b.points.length);
  return both.some(({ seen, conflicts }) => conflicts >= Math.max(1, Math.ceil(0.15 * Math.min(shorter, seen)))) ? 'conflict' : 'agree';
}

/** Weight for and against each run among those still in play. Runs of one machine stand side by side; `machineOf` numbers the machines. */
function tally(runs: readonly Run[], verdicts: readonly (readonly Verdict[])[], machineOf: Uint32Array, active: ReadonlySet<number>): Map<number, { readonly pro: number; readonly con: number }> {
  const votes = new Map<number, { pro: number; con: number }>();
  const playing = Uint32Array.from(active).sort();
  for (const i of active) {
    const mine = runs[i] as Run;
    const row = verdicts[i] as readonly Verdict[];
    let pro = mine.weight;
    let con = 0;
    for (let at = 0; at < playing.length; ) {
      const machine = machineOf[playing[at] as number] as number;
      const { weight } = runs[playing[at] as number] as Run;
      let against = false;
      let forIt = false;
      for (; at < playing.length && machineOf[playing[at] as number] === machine; at++) {
        const verdict = row[playing[at] as number];
        if (verdict === 'conflict') against = true;
        else if (verdict === 'agree' && machine !== machineOf[i]) forIt = true;
      }
      if (against) con += weight;
      else if (forIt) pro += weight;
    }
    votes.set(i, { pro, con });
  }
  return votes;
}

/** Machines of the runs that pass the test, each with its weight once. */
function weightOf(indexes: Iterable<number>, runs: readonly Run[], test: (index: number) => boolean): number {
  const machines = new Map<string, number>();
  for (const i of indexes) if (test(i)) machines.set((runs[i] as Run).machine, (runs[i] as Run).weight);
  return [...machines.values()].reduce((sum, weight) => sum + weight, 0);
}

/** Whether the runs that are left leave no doubt about one that lost: most agree with it anyway, or twice its weight contradicts it. */
function decided(index: number, active: ReadonlySet<number>, runs: readonly Run[], verdicts: readonly (readonly Verdict[])[]): boolean {
  const against = weightOf(active, runs, (j) => verdicts[index]?.[j] === 'conflict');
  const beside = weightOf(active, runs, (j) => verdicts[index]?.[j] === 'agree');
  return beside > against ? beside >= 2 : against > beside && against >= 2 * (runs[index] as Run).weight;
}

/**
 * Runs that go on where a longer run of the same machine went wrong, and after which no other machine says anything: the same
 * wrong clock, cut off by one damaged time. A run that contradicts the wrong one is a clock that was set right.
 */
function restsOfWrongClocks(active: ReadonlySet<number>, lost: readonly number[], runs: readonly Run[], verdicts: readonly (readonly Verdict[])[]): number[] {
  return [...active].filter((i) => {
    const { machine, points } = runs[i] as Run;
    const wrong = lost.filter((j) => runs[j]?.machine === machine && (runs[j] as Run).points.length > points.length);
    if (wrong.length === 0 || wrong.some((j) => verdicts[i]?.[j] === 'conflict')) return false;
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
  const dropped: ClockPoint[] = [];
  const allStrays: ClockPoint[] = [];
  const contested: ContestedClock[] = [];
  const clean = new Map<string, ClockPoint[]>();
  for (const [machine, list] of byMachine) {
    const { kept, strays } = withoutStrays(list, skewToleranceMs);
    allStrays.push(...strays);
    if (kept.length > 0) clean.set(machine, kept);
  }
  const order = [...clean].sort((a, b) => b[1].length - a[1].length);
  const runs = order.slice(0, maxCompared).flatMap(([machine, list]) => runsOf(machine, list)).slice(-400);
  const verdicts = runs.map((a) => runs.map((b): Verdict => (a === b ? 'apart' : compare(a, b))));
  const machineOf = new Uint32Array(runs.length);
  for (let i = 1; i < runs.length; i++) machineOf[i] = (machineOf[i - 1] as number) + (runs[i]?.machine === runs[i - 1]?.machine ? 0 : 1);
  const active = new Set(runs.keys());
  const lost: { readonly index: number; readonly clear: boolean }[] = [];
  for (;;) {
    const votes = tally(runs, verdicts, machineOf, active);
    let worst = -1;
    let margin = -Infinity;
    for (const [i, { pro, con }] of votes) {
      if (con === 0) continue;
      const size = (runs[i] as Run).points.length / 1e9;
      const late = ((runs[i] as Run).points[(runs[i] as Run).points.length - 1]?.revision ?? 0) / 1e18;
      const score = con - pro - size - late;
      if (score > margin) [worst, margin] = [i, score];
    }
    if (worst < 0) break;
    active.delete(worst);
    const vote = votes.get(worst);
    const opponents = [...active].filter((j) => verdicts[worst]?.[j] === 'conflict').map((j) => votes.get(j));
    lost.push({ index: worst, clear: vote !== undefined && opponents.some((o) => o !== undefined && o.con - o.pro + 1 < vote.con - vote.pro) });
  }
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
    if (!few && !clear && !decided(index, active, runs, verdicts)) contested.push(besideClock(run.points));
    else for (const p of run.points) (few ? allStrays : dropped).push(p);
  }
  for (const [machine, list] of order.slice(maxCompared)) {
    const reference: Run = { machine: '', weight: 1, points: kept };
    for (const run of runsOf(machine, list)) for (const p of run.points) (compare(run, reference) === 'conflict' ? dropped : kept).push(p);
    kept.sort((a, b) => a.revision - b.revision);
  }
  return { kept, dropped, strays: allStrays, contested, machines: judged(byMachine, kept) };
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
