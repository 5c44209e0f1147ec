/** A seeded source of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Damage = (value: Uint8Array, random: () => number) => Uint8Array;

/** Ways in which a stored value can be damaged. */
export const damageOperators: Readonly<Record<string, Damage>> = {
  flipThreeBits(value, random) {
    const copy = Uint8Array.from(value);
    for (let i = 0; i < 3; i++) copy[Math.floor(random() * copy.length)]! ^= 1 << Math.floor(random() * 8);
    return copy;
  },
  scatterNoise: (value, random) => Uint8Array.from(value, (byte) => (random() < 0.1 ? Math.floor(random() * 256) : byte)),
  zeroStretch(value, random) {
    const from = Math.floor(random() * value.length);
    return Uint8Array.from(value).fill(0, from, from + 64);
  },
  truncate: (value, random) => value.slice(0, Math.floor(random() * value.length)),
  replace: (value, random) => Uint8Array.from(value, () => Math.floor(random() * 256)),
};
