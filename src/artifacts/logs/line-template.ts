import type { RawLine } from '../text/lines.js';

/** Lines longer than this are always looked at in full. */
export const templateLimit = 4096;

/** 1: digit, 2: letter or any byte of a longer character, 0: all others. */
const classes = Uint8Array.from({ length: 256 }, (_, c) => (c >= 0x30 && c <= 0x39 ? 1 : (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c >= 0x80 ? 2 : 0));

/**
 * A 53-bit hash of the words of a line: of a word with digits (a number, a time, an id) only what stands
 * before its first digit counts, so that the same message at another time, with another number, has
 * the same hash. Two independent 32-bit hashes (FNV-1a style, different primes) make a chance
 * collision of two templates unlikely.
 */
export function templateHash({ bytes, start, end }: RawLine): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  let skipping = false;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    const kind = classes[c]!;
    if (kind === 1) skipping = true;
    else if (kind === 0) skipping = false;
    if (skipping) continue;
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
