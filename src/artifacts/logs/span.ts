import type { Stamp } from '../../time/stamp.js';
import type { LogSource, LogSpanFact } from '../fact.js';
import type { Place } from '../place.js';

interface Point {
  readonly time: Stamp;
  readonly place: () => Place;
}

interface Gap {
  readonly length: number;
  readonly from: Point;
  readonly to: Point;
}

const mostGaps = 20;
/** Shorter silences are ordinary. */
const shortestGap = 60_000;

/** A number that grows with the stamp, for comparing stamps of one log; null when they cannot be compared. */
export function order(stamp: Stamp): number | null {
  if (stamp.kind === 'instant') return stamp.ms;
  if (stamp.kind === 'civil') return Date.UTC(stamp.year ?? 2000, stamp.month - 1, stamp.day, stamp.hour, stamp.minute, stamp.second, stamp.millisecond);
  return stamp.kind === 'since-boot' ? stamp.seconds * 1000 : null;
}

/** First and last time of one program in one log, and its longest silences. */
export class LogSpan {
  private first: Point | null = null;
  private last: Point | null = null;
  private lastOrder = 0;
  private lastKind = '';
  private gaps: Gap[] = [];
  lines = 0;

  constructor(readonly source: LogSource, readonly host: string | null) {}

  /** Takes the time of one more line; `place` is called only for lines that are kept. */
  see(time: Stamp | null, place: () => Place): void {
    this.lines++;
    if (time === null) return;
    const now = order(time);
    if (now === null) return;
    const point = { time, place };
    const kind = time.kind;
    if (this.first === null) this.first = point;
    else if (this.lastKind === kind && this.last !== null) {
      // Without years, December to January looks like a step back of a year.
      const yearless = time.kind === 'civil' && time.year === null;
      const length = yearless && now < this.lastOrder - 300 * 86_400_000 ? now + 366 * 86_400_000 - this.lastOrder : now - this.lastOrder;
      if (length >= shortestGap) this.keep({ length, from: this.last, to: point });
    }
    this.last = point;
    this.lastOrder = now;
    this.lastKind = kind;
  }

  private keep(gap: Gap): void {
    if (this.gaps.length >= mostGaps && gap.length <= this.gaps[this.gaps.length - 1]!.length) return;
    // `place` of a line reads the shared buffer only now, while it is still there.
    const from = gap.from.place();
    const to = gap.to.place();
    this.gaps.push({ length: gap.length, from: { time: gap.from.time, place: () => from }, to: { time: gap.to.time, place: () => to } });
    this.gaps.sort((x, y) => y.length - x.length);
    if (this.gaps.length > mostGaps) this.gaps.pop();
  }

  fact(): LogSpanFact | null {
    if (this.first === null || this.last === null) return null;
    const first = { time: this.first.time, at: this.first.place() };
    return {
      kind: 'log-span', at: first.at, host: this.host, source: this.source, first, last: { time: this.last.time, at: this.last.place() }, lines: this.lines,
      gaps: this.gaps.map(({ from, to }) => ({ from: from.time, fromAt: from.place(), to: to.time, toAt: to.place() })),
    };
  }
}
