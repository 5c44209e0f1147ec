// Chance that is the same for the same seed, and the smallest damages that it can do.
import { fill, type Files } from '../../test/damage/edits.js';

/** Numbers from a seed (mulberry32): `below(n)` is one of 0 … n-1. */
export interface Dice {
  below(n: number): number;
  of<T>(list: readonly T[]): T;
}

export function dice(seed: number): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, of: (list) => list[below(list.length)]! };
}

/** A changed copy of a file; `files` are all of its base. */
export type Damage = (bytes: Buffer, random: Dice, files: Files, path: string) => Buffer;

/** A copy with some bits of one byte turned. */
export const flip = (bytes: Buffer, at: number, mask: number): Buffer => {
  const out = Buffer.from(bytes);
  if (at >= 0 && at < out.length) out[at] = out[at]! ^ mask;
  return out;
};

/** Bytes without a meaning. */
export const noise = (random: Dice, length: number): Buffer => fill(String(random.below(1e9)), length);
/** A copy with other bytes from an offset on. */
export const over = (bytes: Buffer, at: number, patch: Buffer): Buffer => {
  const out = Buffer.from(bytes);
  patch.copy(out, at);
  return out;
};
