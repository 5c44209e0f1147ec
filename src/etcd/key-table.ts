import { randomBytes } from 'node:crypto';

/** Another one in each run: keys of a hostile file cannot be made to meet. */
const basis = randomBytes(4).readInt32LE(0);

/** A hash of a key from a basis of its own: four bytes a step, mixed as in MurmurHash3. */
function hashOf(view: DataView, start: number, stop: number): number {
  let hash = basis;
  let at = start;
  for (; at + 4 <= stop; at += 4) {
    hash = Math.imul(hash ^ Math.imul(view.getInt32(at, true), 0xcc9e2d51), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (; at < stop; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Numbers the keys of a database in the order in which they come; keys are bytes, and become text only when asked for. */
export class KeyTable {
  /** Pairs of a hash and the number of a key plus one; 0 is free. Side by side, because a lookup waits for memory. */
  private slots = new Int32Array(1 << 13);
  /** Where each key begins in the arena; it ends where the next one begins. */
  private starts = new Float64Array((1 << 11) + 1);
  private arena = Buffer.alloc(1 << 16);
  private arenaView = viewOf(this.arena);
  private count = 0;
  /** The bytes that were asked about last, and a view of the memory in which they begin at `offset`: many keys stand in one piece of a file. */
  private bytes: Uint8Array = this.arena;
  private view: DataView = new DataView(this.arena.buffer);
  private offset = this.arena.byteOffset;

  /** How many keys there are. */
  get size(): number {
    return this.count;
  }

  /** The number of the key in `bytes[start, stop)`, the next one when it is new. */
  add(bytes: Uint8Array, start: number, stop: number): number {
    if (this.count * 4 >= this.slots.length) this.grow();
    this.look(bytes);
    const hash = this.hash(start, stop);
    const slot = this.slotOf(hash, start, stop);
    const number = this.slots[slot + 1] as number;
    if (number > 0) return number - 1;
    this.slots[slot] = hash;
    this.slots[slot + 1] = this.count + 1;
    return this.append(bytes, start, stop);
  }

  /** The number of the key in `bytes[start, stop)`; -1 when it is not here. */
  find(bytes: Uint8Array, start: number, stop: number): number {
    this.look(bytes);
    return (this.slots[this.slotOf(this.hash(start, stop), start, stop) + 1] as number) - 1;
  }

  /** The number of a key of another table; -1 when it is not here. */
  findIn(other: KeyTable, number: number): number {
    return this.find(other.arena, other.starts[number] as number, other.starts[number + 1] as number);
  }

  /** The number of what a key of another table has before its last `mark`, that included; -1 where nothing follows or the key has none. */
  addUpTo(mark: number, other: KeyTable, number: number): number {
    const [start, stop] = [other.starts[number] as number, other.starts[number + 1] as number];
    for (let at = stop - 1; at >= start; at--) if (other.arena[at] === mark) return at === stop - 1 ? -1 : this.add(other.arena, start, at + 1);
    return -1;
  }

  /** A key as text; wrong bytes become U+FFFD. */
  text(number: number): string {
    const [start, stop] = [this.starts[number] as number, this.starts[number + 1] as number];
    return this.arena.toString(this.isAscii(start, stop) ? 'latin1' : 'utf8', start, stop);
  }

  /** A key as latin-1 text: one code unit a byte. */
  latin1(number: number): string {
    return this.arena.toString('latin1', this.starts[number], this.starts[number + 1]);
  }

  /** Whether a key begins with a prefix. */
  begins(number: number, prefix: Uint8Array): boolean {
    const start = this.starts[number] as number;
    if (start + prefix.length > (this.starts[number + 1] as number)) return false;
    for (let i = 0; i < prefix.length; i++) if (this.arena[start + i] !== prefix[i]) return false;
    return true;
  }

  private isAscii(start: number, stop: number): boolean {
    const { arenaView } = this;
    let bits = 0;
    let at = start;
    for (; at + 4 <= stop; at += 4) bits |= arenaView.getInt32(at, true);
    for (; at < stop; at++) bits |= arenaView.getUint8(at);
    return (bits & 0x80808080) === 0;
  }

  private look(bytes: Uint8Array): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.offset = bytes.byteOffset;
    // A view costs more than a hash, and pieces of one memory share it.
    if (this.view.buffer !== bytes.buffer) this.view = new DataView(bytes.buffer);
  }

  private hash(start: number, stop: number): number {
    return hashOf(this.view, this.offset + start, this.offset + stop);
  }

  /** The slot of a key in the bytes that were looked at last, or the free one where it belongs. */
  private slotOf(hash: number, start: number, stop: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const number = slots[slot + 1] as number;
      if (number === 0 || (slots[slot] === hash && this.same(number - 1, start, stop))) return slot;
    }
  }

  private same(index: number, start: number, stop: number): boolean {
    const { view, arenaView } = this;
    let at = this.starts[index] as number;
    if ((this.starts[index + 1] as number) - at !== stop - start) return false;
    const end = this.offset + stop;
    let i = this.offset + start;
    for (; i + 4 <= end; i += 4, at += 4) if (view.getInt32(i, true) !== arenaView.getInt32(at, true)) return false;
    for (; i < end; i++, at++) if (view.getUint8(i) !== arenaView.getUint8(at)) return false;
    return true;
  }

  private append(bytes: Uint8Array, start: number, stop: number): number {
    const from = this.starts[this.count] as number;
    const end = from + stop - start;
    if (end > this.arena.length) {
      const arena = Buffer.alloc(Math.max(end, this.arena.length * 2));
      this.arena.copy(arena);
      this.arena = arena;
      this.arenaView = viewOf(arena);
    }
    const { arena } = this;
    for (let i = start, at = from; i < stop; i++, at++) arena[at] = bytes[i] as number;
    this.starts[this.count + 1] = end;
    return this.count++;
  }

  private grow(): void {
    const old = this.slots;
    const starts = new Float64Array(old.length / 2 + 1);
    starts.set(this.starts);
    this.starts = starts;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = ((old[from] as number) << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from] as number;
      slots[slot + 1] = old[from + 1] as number;
    }
    this.slots = slots;
  }
}
