import { orderOf, type Sign } from './sign.js';

/** A stretch of time, ms since the epoch. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** What one host did, in the order of time, for questions about the neighbourhood of a moment. */
export interface HostRecord {
  readonly starts: Stretches;
  /** Ends of etcd. */
  readonly deaths: Stretches;
  /** Everything that speaks against health: deaths, symptoms, time-outs. */
  readonly troubles: Stretches;
  readonly progress: Stretches;
  /** Progress and weaker proofs of life. */
  readonly life: Stretches;
}

/** Stretches that can be asked for overlap with a span of time without looking at all of them. */
class Stretches {
  private readonly sorted: readonly Stretch[];
  /** The latest end among the first n stretches. */
  private readonly reach: Float64Array;

  constructor(signs: readonly Sign[]) {
    this.sorted = signs.map((s): Stretch => ({ first: orderOf(s.time), last: Math.max(orderOf(s.time), orderOf(s.end ?? s.time)) })).filter((s) => Number.isFinite(s.first)).sort((a, b) => a.first - b.first);
    this.reach = new Float64Array(this.sorted.length);
    let most = -Infinity;
    this.sorted.forEach((s, i) => {
      most = Math.max(most, s.last);
      this.reach[i] = most;
    });
  }

  /** True when a stretch has some of its time in [from, to]. */
  touches(from: number, to: number): boolean {
    for (let i = this.before(to); i >= 0 && this.reach[i]! >= from; i--) if (this.sorted[i]!.last >= from) return true;
    return false;
  }

  /** True when a stretch begins in [from, to]. */
  begins(from: number, to: number): boolean {
    const i = this.before(to);
    return i >= 0 && this.sorted[i]!.first >= from;
  }

  /** True when a stretch that begins at `from` or later reaches `until`. */
  reaches(from: number, until: number): boolean {
    for (let i = this.sorted.length - 1; i >= 0 && this.sorted[i]!.first >= from && this.reach[i]! >= until; i--) if (this.sorted[i]!.last >= until) return true;
    return false;
  }

  /** The latest end of all. */
  get lastEnd(): number {
    return this.reach.length === 0 ? -Infinity : this.reach[this.reach.length - 1]!;
  }

  /** Index of the last stretch that begins at `to` or earlier. */
  private before(to: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.sorted[mid]!.first <= to) low = mid + 1;
      else high = mid;
    }
    return low - 1;
  }
}

export const isStrongBad = (sign: Sign): boolean => sign.tone === 'onset' || sign.tone === 'down';

/** Groups signs by host once, so that questions about neighbours stay cheap for many thousands. */
export function hostRecords(signs: readonly Sign[]): (host: string | null) => HostRecord {
  const byHost = new Map<string | null, Sign[]>();
  for (const sign of signs) {
    const list = byHost.get(sign.host);
    if (list === undefined) byHost.set(sign.host, [sign]);
    else list.push(sign);
  }
  const records = new Map<string | null, HostRecord>();
  return (host) => {
    let record = records.get(host);
    if (record === undefined) {
      const own = byHost.get(host) ?? [];
      const of = (test: (sign: Sign) => boolean): Stretches => new Stretches(own.filter(test));
      record = {
        starts: of((s) => s.kind === 'etcd-started' || s.kind === 'boot'),
        deaths: of((s) => isStrongBad(s) && s.component === 'etcd'),
        troubles: of((s) => isStrongBad(s) || s.tone === 'symptom' || s.kind === 'request-timeout'),
        progress: of((s) => s.tone === 'progress'),
        life: of((s) => s.tone === 'progress' || s.tone === 'alive'),
      };
      records.set(host, record);
    }
    return record;
  };
}
