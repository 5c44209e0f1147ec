import type { RawLine } from '../text/lines.js';

/** Lines longer than this are always looked at in full. */
export const templateLimit = 4096;

/**
 * A 53-bit hash of the words of a line: runs of digits that do not follow a letter are left out, so
 * that the same message at another time, with another number, has the same hash. Two independent
 * 32-bit hashes (FNV-1a style, different primes) make a chance collision of two templates unlikely.
 */
export function templateHash({ bytes, start, end }: RawLine): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  let letter = false;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= 0x30 && c <= 0x39) {
      if (!letter) continue;
    } else letter = c > 0x40;
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
