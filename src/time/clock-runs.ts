import type { ClockPoint } from './clock-point.js';

/** Between two machines, less than this is no contradiction: ordinary skew and a slow write. */
export const skewToleranceMs = 5_000;

/** Points as columns of numbers: runs are compared each with each, and objects of several shapes are slow to read that often. */
export interface Columns {
  readonly revisions: readonly number[];
  readonly times: readonly number[];
  /** What an earlier revision says contradicts when it is above this. */
  readonly limits: readonly number[];
}

/** The columns of points that are sorted by revision. */
export function columnsOf(points: readonly ClockPoint[]): Columns {
  return { revisions: points.map((p) => p.revision), times: points.map((p) => p.time), limits: points.map((p) => p.time + p.precisionMs + skewToleranceMs) };
}

/** One machine's points as long as its clock did not go back; `weight` is that of its machine. */
export interface Run {
  readonly machine: string;
  readonly weight: number;
  readonly points: readonly ClockPoint[];
  readonly columns: Columns;
}

/** One machine's points, cut where its clock went back. */
export function runsOf(machine: string, points: readonly ClockPoint[]): Run[] {
  const weight = machine.startsWith('?') ? 0.5 : 1;
  const { times, limits } = columnsOf(points);
  const runs: Run[] = [];
  let from = 0;
  for (let i = 1; i <= points.length; i++) {
    if (i < points.length && (times[i - 1] as number) <= (limits[i] as number)) continue;
    const own = points.slice(from, i);
    runs.push({ machine, weight, points: own, columns: columnsOf(own) });
    from = i;
  }
  return runs;
}

/** What the comparison of two runs says. Numbers, for there is one for each pair. */
export const verdict = { apart: 0, agree: 1, conflict: 2 } as const;
export type Verdict = (typeof verdict)[keyof typeof verdict];

/**
 * Whether one run says earlier times than points of another before them, in a good part of the shorter one and of what it
 * says behind the other's beginning. A single odd point before them does not decide.
 */
function setBack({ revisions, limits }: Columns, by: Columns): boolean {
  const begun = by.revisions[0] ?? Infinity;
  let from = 0;
  while (from < revisions.length && (revisions[from] as number) <= begun) from++;
  const enough = Math.max(1, Math.ceil(0.15 * Math.min(by.times.length, revisions.length - from)));
  let next = 1;
  let conflicts = 0;
  for (let i = from; i < revisions.length; i++) {
    while (next < by.revisions.length && (by.revisions[next] as number) < (revisions[i] as number)) next++;
    const limit = limits[i] as number;
    if ((by.times[next - 1] as number) > limit && (next === 1 || (by.times[next - 2] as number) > limit) && ++conflicts === enough) return true;
  }
  return false;
}

/** Compares two runs where their revisions interleave. */
export function compare(a: Columns, b: Columns): Verdict {
  if (setBack(a, b) || setBack(b, a)) return verdict.conflict;
  const first = Math.min(a.revisions[0] ?? Infinity, b.revisions[0] ?? Infinity);
  const last = Math.max(a.revisions[a.revisions.length - 1] ?? 0, b.revisions[b.revisions.length - 1] ?? 0);
  return last > first ? verdict.agree : verdict.apart;
}

/** Compares each run with each: a row for each. Of itself a run says nothing. */
export function verdictsOf(runs: readonly Run[]): Uint8Array[] {
  const rows = runs.map(() => new Uint8Array(runs.length));
  for (let i = 0; i < runs.length; i++) {
    const { columns } = runs[i] as Run;
    const row = rows[i] as Uint8Array;
    for (let j = 0; j < i; j++) row[j] = (rows[j] as Uint8Array)[i] = compare(columns, (runs[j] as Run).columns);
  }
  return rows;
}
