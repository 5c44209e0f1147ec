import type * as Crc32 from '@node-rs/crc32';
import { createRequire } from 'node:module';

/** Loaded when first asked, with `require`: an `import` of CommonJS is first searched for the names it exports, which takes 40 ms of processor in every thread. */
let native: typeof Crc32.crc32c = (bytes, seed) => {
  native = (createRequire(import.meta.url)('@node-rs/crc32') as typeof Crc32).crc32c;
  return native(bytes, seed);
};

/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, RFC 3720 B.4) of bytes, continued from `seed`,
 * the CRC of what came before.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return native(bytes as Buffer, seed);
}

/** Tables for sixteen bytes at a time, one behind the other: the n-th is for a byte that n more follow. */
function makeSlices(): Int32Array {
  const all = new Int32Array(16 * 256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    all[i] = crc;
  }
  for (let at = 256; at < all.length; at++) all[at] = (all[at - 256]! >>> 8) ^ all[all[at - 256]! & 0xff]!;
  return all;
}

let slices: Int32Array | null = null;

/**
 * CRC-32C of the bytes `[start, end)` of a view without a call into native code: faster for up to a few
 * hundred bytes, where the call costs more than the work. `slices` makes sixteen bytes one step.
 */
export function crc32cOfFew(view: DataView, start: number, end: number, seed = 0): number {
  const t = (slices ??= makeSlices());
  let crc = ~seed;
  let at = start;
  for (const whole = end - 15; at < whole; at += 16) {
    const a = view.getInt32(at, true) ^ crc;
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    crc =
      t[0xf00 + (a & 0xff)]! ^ t[0xe00 + ((a >>> 8) & 0xff)]! ^ t[0xd00 + ((a >>> 16) & 0xff)]! ^ t[0xc00 + (a >>> 24)]! ^
      t[0xb00 + (b & 0xff)]! ^ t[0xa00 + ((b >>> 8) & 0xff)]! ^ t[0x900 + ((b >>> 16) & 0xff)]! ^ t[0x800 + (b >>> 24)]! ^
      t[0x700 + (c & 0xff)]! ^ t[0x600 + ((c >>> 8) & 0xff)]! ^ t[0x500 + ((c >>> 16) & 0xff)]! ^ t[0x400 + (c >>> 24)]! ^
      t[0x300 + (d & 0xff)]! ^ t[0x200 + ((d >>> 8) & 0xff)]! ^ t[0x100 + ((d >>> 16) & 0xff)]! ^ t[d >>> 24]!;
  }
  for (const whole = end - 3; at < whole; at += 4) {
    const a = view.getInt32(at, true) ^ crc;
    crc = t[0x300 + (a & 0xff)]! ^ t[0x200 + ((a >>> 8) & 0xff)]! ^ t[0x100 + ((a >>> 16) & 0xff)]! ^ t[a >>> 24]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ view.getUint8(at)) & 0xff]!;
  return ~crc >>> 0;
}

/** Multiplies a vector by a 32 by 32 matrix over GF(2). */
function times(matrix: Uint32Array, vector: number): number {
  let sum = 0;
  for (let i = 0, v = vector; v !== 0; i++, v >>>= 1) if ((v & 1) !== 0) sum ^= matrix[i] ?? 0;
  return sum >>> 0;
}

function square(matrix: Uint32Array): Uint32Array {
  return matrix.map((row) => times(matrix, row));
}

/** Operators that append 2^n zero bytes to a CRC register, n = 0…40 (zlib's crc32_combine). */
function makeZeroOperators(): readonly Uint32Array[] {
  const bit = new Uint32Array(32);
  bit[0] = 0x82f63b78;
  for (let i = 1; i < 32; i++) bit[i] = (1 << (i - 1)) >>> 0;
  const operators: Uint32Array[] = [square(square(square(bit)))];
  for (let n = 1; n <= 40; n++) operators.push(square(operators[n - 1] ?? bit));
  return operators;
}

let zeroOperators: readonly Uint32Array[] | null = null;

/** The same operators as four tables of 256 entries each, made when first needed. */
const tables: (Uint32Array | undefined)[] = [];

function tableOf(n: number): Uint32Array {
  let table = tables[n];
  if (table === undefined) {
    const operator = (zeroOperators ??= makeZeroOperators())[n] ?? new Uint32Array(32);
    table = new Uint32Array(1024);
    // Each entry is that of the same bits without the lowest one, and the operator's row for that bit.
    for (let byte = 0; byte < 4; byte++) for (let v = 1; v < 256; v++) {
      const lowest = 31 - Math.clz32(v & -v);
      table[byte * 256 + v] = ((table[byte * 256 + (v & (v - 1))] ?? 0) ^ (operator[byte * 8 + lowest] ?? 0)) >>> 0;
    }
    tables[n] = table;
  }
  return table;
}

/** CRC of `a || b` from the CRC of each and the length of b in bytes. */
export function combineCrc32c(a: number, b: number, lengthOfB: number): number {
  let crc = a;
  for (let n = 0, length = lengthOfB; length > 0; n++, length = Math.floor(length / 2)) {
    if (length % 2 === 0) continue;
    const t = tableOf(n);
    crc = (t[crc & 0xff] ?? 0) ^ (t[256 + ((crc >>> 8) & 0xff)] ?? 0) ^ (t[512 + ((crc >>> 16) & 0xff)] ?? 0) ^ (t[768 + (crc >>> 24)] ?? 0);
  }
  return (crc ^ b) >>> 0;
}
