import type { Stamp } from '../../time/stamp.js';
import type { LogSource, LogSpanFact } from '../fact.js';
import type { Place } from '../place.js';
import type { RawLine } from '../text/lines.js';
import { stampBytes } from './stamp-bytes.js';

/** A line of the log whose time and place are looked up only when they are needed. */
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
const regionSize = 40;

/** A number that grows with the stamp, for comparing stamps of one log; null when they cannot be compared. */
export function order(stamp: Stamp): number | null {
  if (stamp.kind === 'instant') return stamp.ms;
  if (stamp.kind === 'civil') return Date.UTC(stamp.year ?? 2000, stamp.month - 1, stamp.day, stamp.hour, stamp.minute, stamp.second, stamp.millisecond);
  return stamp.kind === 'since-boot' ? stamp.seconds * 1000 : null;
}

/** Reads the time of a line again, and gives its place. */
export type Revisit = (number: number, offset: number) => { readonly time: Stamp | null; readonly place: () => Place };

/** First and last time of one program in one log, and its longest silences. */
export class LogSpan {
  private first: Point | null = null;
  private last: Point | null = null;
  private lastOrder = 0;
  private lastKind = '';
  private gaps: Gap[] = [];
  private readonly region = new Uint8Array(regionSize);
  private regionLength = 0;
  private passedNumber = 0;
  private passedOffset = 0;
  lines = 0;

  constructor(readonly source: LogSource, readonly host: string | null, private readonly revisit: Revisit) {}

  /**
   * Takes a line whose stamp is the same, up to the minute, as that of the line before: it only becomes
   * the last one. False when its time must be read.
   */
  pass({ bytes, start, end, number, offset }: RawLine): boolean {
    const [from, length] = stampBytes(bytes, start, end);
    let same = length > 0 && length === this.regionLength;
    for (let i = 0; same && i < length; i++) same = bytes[from + i] === this.region[i];
    if (same) {
      this.lines++;
      this.passedNumber = number;
      this.passedOffset = offset;
      return true;
    }
    this.regionLength = length;
    for (let i = 0; i < length; i++) this.region[i] = bytes[from + i]!;
    return false;
  }

  /** Takes the time of one more line; `place` is called only for lines that are kept. */
  see(time: Stamp | null, place: () => Place): void {
    this.lines++;
    if (time === null) return;
    const now = order(time);
    if (now === null) return;
    if (this.passedNumber > 0 && Math.abs(now - this.lastOrder) >= 2 * shortestGap) this.settle();
    this.passedNumber = 0;
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

  /** Reads the time of the last line that was only passed. */
  private settle(): void {
    if (this.passedNumber === 0) return;
    const { time, place } = this.revisit(this.passedNumber, this.passedOffset);
    this.passedNumber = 0;
    const now = time === null ? null : order(time);
    if (time === null || now === null || this.last === null) return;
    this.last = { time, place };
    this.lastOrder = now;
    this.lastKind = time.kind;
  }

  private keep(gap: Gap): void {
    if (this.gaps.length >= mostGaps && gap.length <= this.gaps[this.gaps.length - 1]!.length) return;
    this.gaps.push(gap);
    this.gaps.sort((x, y) => y.length - x.length);
    if (this.gaps.length > mostGaps) this.gaps.pop();
  }

  fact(): LogSpanFact | null {
    this.settle();
    if (this.first === null || this.last === null) return null;
    const first = { time: this.first.time, at: this.first.place() };
    return {
      kind: 'log-span', at: first.at, host: this.host, source: this.source, first, last: { time: this.last.time, at: this.last.place() }, lines: this.lines,
      gaps: this.gaps.map(({ from, to }) => ({ from: from.time, fromAt: from.place(), to: to.time, toAt: to.place() })),
    };
  }
}
