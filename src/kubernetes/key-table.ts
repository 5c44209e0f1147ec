import { randomBytes } from 'node:crypto';
import { utf8 } from './wire.js';

/** Another one in each run: keys of a hostile file cannot be made to meet. */
const basis = randomBytes(4).readInt32LE(0);

/** FNV-1a of a key from a basis of its own, never negative. */
function hashOf(bytes: Uint8Array, start: number, stop: number): number {
  let hash = basis;
  for (let i = start; i < stop; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Finds what is kept of a key by its bytes, so that a key becomes text once and not with each of its writes. */
export class KeyTable<T> {
  /** Number of an entry plus one, by hash; 0 is free. */
  private slots = new Int32Array(1 << 12);
  private hashes = new Uint32Array(1 << 11);
  private ends = new Float64Array(1 << 11);
  private arena = new Uint8Array(1 << 16);
  private count = 0;
  private used = 0;
  private readonly values: T[] = [];

  /** The entry of the key in `bytes[start, stop)`, made from its text when it is new. */
  entry(bytes: Uint8Array, start: number, stop: number, make: (key: string) => T): T {
    if (this.count >= this.hashes.length) this.grow();
    const hash = hashOf(bytes, start, stop);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = (this.slots[slot] as number) - 1;
      if (index < 0) {
        this.slots[slot] = this.count + 1;
        return this.insert(hash, bytes, start, stop, make);
      }
      if (this.hashes[index] === hash && this.same(index, bytes, start, stop)) return this.values[index] as T;
    }
  }

  private same(index: number, bytes: Uint8Array, start: number, stop: number): boolean {
    const from = index === 0 ? 0 : (this.ends[index - 1] as number);
    if ((this.ends[index] as number) - from !== stop - start) return false;
    const { arena } = this;
    for (let i = start, j = from; i < stop; i++, j++) if (bytes[i] !== arena[j]) return false;
    return true;
  }

  private insert(hash: number, bytes: Uint8Array, start: number, stop: number, make: (key: string) => T): T {
    const index = this.count++;
    while (this.used + stop - start > this.arena.length) this.arena = grown(this.arena, new Uint8Array(this.arena.length * 2));
    this.arena.set(bytes.subarray(start, stop), this.used);
    this.used += stop - start;
    this.hashes[index] = hash;
    this.ends[index] = this.used;
    const value = make(utf8(bytes, start, stop));
    this.values.push(value);
    return value;
  }

  private grow(): void {
    this.hashes = grown(this.hashes, new Uint32Array(this.hashes.length * 2));
    this.ends = grown(this.ends, new Float64Array(this.ends.length * 2));
    const slots = new Int32Array(this.hashes.length * 2);
    const mask = slots.length - 1;
    for (const number of this.slots) {
      if (number === 0) continue;
      let slot = (this.hashes[number - 1] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.slots = slots;
  }
}

function grown<A extends Uint8Array | Uint32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
