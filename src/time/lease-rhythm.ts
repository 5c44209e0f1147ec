import type { ClockPoint } from './clock-point.js';
import { slowWriteMs } from './monotone-chain.js';

/** When the renewals of one Lease (one kubelet, one leader) stopped. */
export interface Renewal {
  readonly machine: string;
  readonly last: number;
  readonly intervalMs: number;
  /** It missed two renewals and more while others went on. */
  readonly stoppedBeforeEnd: boolean;
}

/** The middle of some numbers; null without any. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

/** Last renewal and rhythm of each Lease among believed points. */
export function renewalsOf(points: readonly ClockPoint[]): Renewal[] {
  const byKey = new Map<string, ClockPoint[]>();
  for (const p of points) {
    if (p.kind !== 'renewal') continue;
    const list = byKey.get(p.key);
    if (list === undefined) byKey.set(p.key, [p]);
    else list.push(p);
  }
  const end = points[points.length - 1]?.time ?? 0;
  return Array.from(byKey.values(), (list) => {
    const last = list[list.length - 1] as ClockPoint;
    const recent = list.slice(-7);
    const steps = recent.slice(1).map((p, i) => p.time - (recent[i] as ClockPoint).time).filter((step) => step > 0);
    // Few steps say less than the usual rhythm does, unless all of them are longer.
    const intervalMs = (steps.length >= 3 ? median(steps) : null) ?? Math.max(last.intervalMs ?? 10_000, steps.length === 0 ? 0 : Math.min(...steps));
    return { machine: last.machine, last: last.time, intervalMs, stoppedBeforeEnd: end - last.time > 2.5 * intervalMs + slowWriteMs };
  });
}

/** Had time gone on past this, the Leases alive at `time` would have been renewed: half of them say so. */
export function capAfter(time: number, renewals: readonly Renewal[]): number | null {
  const caps = renewals.map((r) => r.last + 1.3 * r.intervalMs + 3_000).filter((cap) => cap >= time);
  return median(caps);
}

/** When half of the Leases that are alive at the end should have been renewed; never when there are few. */
export function dueAfter(points: readonly ClockPoint[]): number {
  const newest = points[points.length - 1]?.time ?? 0;
  const alive = renewalsOf(points).filter((r) => !r.stoppedBeforeEnd);
  return alive.length < 3 ? Infinity : (capAfter(newest, alive) ?? Infinity);
}

/** Milliseconds from one revision to the next towards the end. */
export function pace(points: readonly ClockPoint[]): number {
  const recent = points.slice(-50);
  const [first, last] = [recent[0], recent[recent.length - 1]];
  if (first === undefined || last === undefined || last.revision === first.revision) return 0;
  return Math.max(0, (last.time - first.time) / (last.revision - first.revision));
}
