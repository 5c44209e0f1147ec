import type { RawLine } from '../text/lines.js';

/** Lines longer than this are always looked at in full. */
export const templateLimit = 4096;

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
/** Letters, and any byte of a longer character. */
const isLetter = (c: number): boolean => (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c >= 0x80;
/** -1 for bytes of a kind, 0 for all others: masks, so that the loops below need no branches that a processor cannot foresee. */
const mask = (test: (c: number) => boolean): Int32Array => Int32Array.from({ length: 256 }, (_, c) => (test(c) ? -1 : 0));
const digits = mask(isDigit);
const wordBytes = mask((c) => isDigit(c) || isLetter(c));
const nameBytes = mask((c) => isDigit(c) || isLetter(c) || c === 0x2d);

/** A name of a host or program may stand between these bytes of a line: behind its time. */
const namesFrom = 19;
const namesTo = 64;

/**
 * A 53-bit hash of the words of a line: of a word with digits (a number, a time, an id) only what stands
 * before its first digit counts, so that the same message at another time, with another number, has
 * the same hash. Digits in names behind the time (`cp1`, `node-2`) count. Two independent 32-bit hashes
 * (FNV-1a and a multiplication by 31) make a chance collision of two templates unlikely.
 */
export function templateHash({ bytes, start, end }: RawLine): number {
  let a = 0x811c9dc5 | 0;
  let b = 0x1747b28c;
  /** -1 behind the first digit of a word. */
  let skipping = 0;
  let i = start;
  if (bytes[start] !== 0x7b) {
    let before = 0x20;
    for (const stop = Math.min(end, start + namesTo); i < stop; i++) {
      const c = bytes[i]!;
      const isName = i - start >= namesFrom ? nameBytes[before]! : 0;
      skipping = (digits[c]! & ~isName) | (skipping & wordBytes[c]!);
      const nextA = Math.imul(a ^ c, 0x01000193);
      a = nextA ^ ((nextA ^ a) & skipping);
      const nextB = ((b << 5) - b + c) | 0;
      b = nextB ^ ((nextB ^ b) & skipping);
      before = c;
    }
  }
  for (; i < end; i++) {
    const c = bytes[i]!;
    skipping = digits[c]! | (skipping & wordBytes[c]!);
    const nextA = Math.imul(a ^ c, 0x01000193);
    a = nextA ^ ((nextA ^ a) & skipping);
    const nextB = ((b << 5) - b + c) | 0;
    b = nextB ^ ((nextB ^ b) & skipping);
  }
  return (a >>> 0) * 0x200000 + ((b ^ (b >>> 13)) & 0x1fffff);
}
