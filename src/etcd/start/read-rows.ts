import { longer } from '../../formats/longer.js';
import type { Revision } from '../revision-key.js';

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rows of bucket `key` in the order in which a start reads them. In columns, 33 bytes a row. */
export class ReadRows {
  private mains = new BigInt64Array(1 << 12);
  private subs = new BigInt64Array(1 << 12);
  private tombstones = new Uint8Array(1 << 12);
  private places = new Float64Array(1 << 12);
  private sums = new Uint32Array(1 << 12);
  private lengths = new Uint32Array(1 << 12);
  private count = 0;
  private last: Revision = { main: -(2n ** 63n), sub: 0n };
  private rising = true;
  /** These are all rows of the bucket, each with its sum. */
  complete = false;

  get size(): number {
    return this.count;
  }

  /** Every row has a greater revision than the one before it. */
  get ascending(): boolean {
    return this.rising;
  }

  /** `place`: address of its element, -1 when its name is not just its revision; `sum`: CRC-32C of its key and value, of that length together. Returns its number. */
  add(rev: Revision, tombstone: boolean, place: number, sum: number, length: number): number {
    const row = this.count;
    if (row === this.mains.length) this.grow();
    if (!isAfter(rev, this.last)) this.rising = false;
    this.last = rev;
    this.mains[row] = rev.main;
    this.subs[row] = rev.sub;
    this.tombstones[row] = tombstone ? 1 : 0;
    this.places[row] = place;
    this.sums[row] = sum;
    this.lengths[row] = length;
    this.count++;
    return row;
  }

  main(row: number): bigint {
    return this.mains[row]!;
  }

  revision(row: number): Revision {
    return { main: this.mains[row]!, sub: this.subs[row]! };
  }

  isTombstone(row: number): boolean {
    return this.tombstones[row] !== 0;
  }

  place(row: number): number {
    return this.places[row]!;
  }

  sum(row: number): number {
    return this.sums[row]!;
  }

  length(row: number): number {
    return this.lengths[row]!;
  }

  /** Order of two rows by revision. */
  compare(a: number, b: number): number {
    return order(this.mains[a]!, this.mains[b]!) || order(this.subs[a]!, this.subs[b]!);
  }

  private grow(): void {
    const size = this.mains.length * 2;
    this.mains = longer(this.mains, new BigInt64Array(size));
    this.subs = longer(this.subs, new BigInt64Array(size));
    this.tombstones = longer(this.tombstones, new Uint8Array(size));
    this.places = longer(this.places, new Float64Array(size));
    this.sums = longer(this.sums, new Uint32Array(size));
    this.lengths = longer(this.lengths, new Uint32Array(size));
  }
}

const isAfter = (a: Revision, b: Revision): boolean => a.main > b.main || (a.main === b.main && a.sub > b.sub);
