/** A set of keys seen in any order, each with its newest revision, kept as hashes in flat arrays. */
export interface LiveKeys {
  /** Notes a row. The key is `bytes[start, end)`. */
  note(bytes: Uint8Array, start: number, end: number, main: number, sub: number, tombstone: boolean): void;
  /** Keys whose newest row is no tombstone. */
  count(): number;
}

const firstCapacity = 1 << 14;
/** Two 32-bit lanes, seeded per process so that nobody can prepare keys that collide. */
const seeds = [Math.floor(Math.random() * 2 ** 32) | 1, Math.floor(Math.random() * 2 ** 32) | 1] as const;

/** An empty set. About 21 bytes a slot, at most 80 % full. */
export function liveKeys(): LiveKeys {
  let capacity = firstCapacity;
  let used = 0;
  let low = new Uint32Array(capacity);
  let high = new Uint32Array(capacity);
  let mains = new Float64Array(capacity);
  let subs = new Uint32Array(capacity);
  /** 0 empty, 1 put, 2 tombstone. */
  let states = new Uint8Array(capacity);

  const slotOf = (a: number, b: number): number => {
    let slot = (a ^ (b >>> 7)) & (capacity - 1);
    while (states[slot] !== 0 && (low[slot] !== a || high[slot] !== b)) slot = (slot + 1) & (capacity - 1);
    return slot;
  };
  const grow = (): void => {
    const [oldLow, oldHigh, oldMains, oldSubs, oldStates] = [low, high, mains, subs, states];
    capacity *= 2;
    low = new Uint32Array(capacity);
    high = new Uint32Array(capacity);
    mains = new Float64Array(capacity);
    subs = new Uint32Array(capacity);
    states = new Uint8Array(capacity);
    for (let i = 0; i < oldStates.length; i++) {
      if (oldStates[i] === 0) continue;
      const slot = slotOf(oldLow[i] ?? 0, oldHigh[i] ?? 0);
      low[slot] = oldLow[i] ?? 0;
      high[slot] = oldHigh[i] ?? 0;
      mains[slot] = oldMains[i] ?? 0;
      subs[slot] = oldSubs[i] ?? 0;
      states[slot] = oldStates[i] ?? 0;
    }
  };
  return {
    note: (bytes, start, end, main, sub, tombstone) => {
      let a: number = seeds[0];
      let b: number = seeds[1];
      for (let i = start; i < end; i++) {
        const byte = bytes[i] ?? 0;
        a = Math.imul(a ^ byte, 0x01000193);
        b = Math.imul(b + byte, 0x85ebca6b) ^ (b >>> 15);
      }
      a = Math.imul(a ^ (a >>> 16) ^ (end - start), 0xc2b2ae35) >>> 0;
      b = (b ^ (b >>> 13)) >>> 0;
      const slot = slotOf(a, b);
      const state = states[slot];
      if (state !== 0 && ((mains[slot] ?? 0) > main || (mains[slot] === main && (subs[slot] ?? 0) > sub))) return;
      low[slot] = a;
      high[slot] = b;
      mains[slot] = main;
      subs[slot] = sub;
      states[slot] = tombstone ? 2 : 1;
      if (state === 0 && ++used > capacity * 0.8) grow();
    },
    count: () => {
      let alive = 0;
      for (let i = 0; i < capacity; i++) if (states[i] === 1) alive += 1;
      return alive;
    },
  };
}
