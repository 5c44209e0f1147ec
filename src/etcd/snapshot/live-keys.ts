const firstCapacity = 1 << 12;
/** Two 32-bit lanes, seeded per process so that nobody can prepare keys that collide. */
const seeds = [Math.floor(Math.random() * 2 ** 32) | 1, Math.floor(Math.random() * 2 ** 32) | 1] as const;

/** Words of a slot: two lanes, main revision (high, low), sub revision, number of the key, state. Half a cache line. */
const slotWords = 8;
const [high, mainHigh, mainLow, subWord, numberWord, stateWord] = [1, 2, 3, 4, 5, 6];
const [empty, put, deleted] = [0, 1, 2];

/**
 * A set of keys seen in any order, each with its newest revision, kept as hashes in one flat array: 32 bytes
 * a slot, at most 80 % full.
 */
export class LiveKeys {
  private capacity = firstCapacity;
  private used = 0;
  private slots = new Uint32Array(firstCapacity * slotWords);

  /** Notes a row; the key is `bytes[start, end)`. Returns the number of the key: 0 for the first that was seen, and so on. */
  note(bytes: Uint8Array, view: DataView, start: number, end: number, main: number, sub: number, tombstone: boolean): number {
    let a: number = seeds[0];
    let b: number = seeds[1];
    let i = start;
    for (const whole = end - 3; i < whole; i += 4) {
      const word = view.getInt32(i, true);
      a = Math.imul(a ^ word, 0x01000193);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b + word, 0x85ebca6b) ^ (b >>> 15);
    }
    for (; i < end; i++) {
      const byte = bytes[i] ?? 0;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b + byte, 0x85ebca6b) ^ (b >>> 15);
    }
    a = Math.imul(a ^ (a >>> 16) ^ (end - start), 0xc2b2ae35) >>> 0;
    b = (b ^ (b >>> 13)) >>> 0;
    const { slots } = this;
    const at = this.slotOf(a, b);
    const known = slots[at + stateWord] !== empty;
    const number = known ? (slots[at + numberWord] ?? 0) : this.used;
    if (known) {
      const newest = (slots[at + mainHigh] ?? 0) * 2 ** 32 + (slots[at + mainLow] ?? 0);
      if (newest > main || (newest === main && (slots[at + subWord] ?? 0) > sub)) return number;
    }
    slots[at] = a;
    slots[at + high] = b;
    slots[at + mainHigh] = main / 2 ** 32;
    slots[at + mainLow] = main;
    slots[at + subWord] = sub;
    slots[at + numberWord] = number;
    slots[at + stateWord] = tombstone ? deleted : put;
    if (!known && ++this.used > this.capacity * 0.8) this.grow();
    return number;
  }

  /** Keys whose newest row is no tombstone. */
  alive(): number {
    let alive = 0;
    for (let at = stateWord; at < this.slots.length; at += slotWords) if (this.slots[at] === put) alive += 1;
    return alive;
  }

  /** Keys that were seen. */
  seen(): number {
    return this.used;
  }

  /** Where the slot of a key begins, or the empty one where it belongs. */
  private slotOf(a: number, b: number): number {
    const { slots, capacity } = this;
    let slot = (a ^ (b >>> 7)) & (capacity - 1);
    for (;;) {
      const at = slot * slotWords;
      if (slots[at + stateWord] === empty || (slots[at] === a && slots[at + high] === b)) return at;
      slot = (slot + 1) & (capacity - 1);
    }
  }

  private grow(): void {
    const old = this.slots;
    this.capacity *= 2;
    this.slots = new Uint32Array(this.capacity * slotWords);
    for (let from = 0; from < old.length; from += slotWords) {
      if (old[from + stateWord] === empty) continue;
      const at = this.slotOf(old[from] ?? 0, old[from + high] ?? 0);
      for (let word = 0; word < slotWords; word++) this.slots[at + word] = old[from + word] ?? 0;
    }
  }
}
