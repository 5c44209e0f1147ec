import { crc32c as native } from '@node-rs/crc32';

/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, RFC 3720 B.4) of bytes, continued from `seed`,
 * the CRC of what came before.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return native(bytes as Buffer, seed);
}

/** Tables for eight bytes at a time (slicing-by-8). */
const slices: readonly Uint32Array[] = (() => {
  const first = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    first[i] = crc >>> 0;
  }
  const all = [first];
  for (let n = 1; n < 8; n++) all.push(all[n - 1]!.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!));
  return all;
})();

/**
 * CRC-32C of `bytes[start, end)` without a call into native code: faster for a few hundred bytes, where
 * the call costs more than the work.
 */
export function crc32cOfFew(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = slices as readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = ~seed;
  let at = start;
  for (const whole = end - 7; at < whole; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^ t6[(crc >>> 8) & 0xff]! ^ t5[(crc >>> 16) & 0xff]! ^ t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^ t2[bytes[at + 5]!]! ^ t1[bytes[at + 6]!]! ^ t0[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!;
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
const zeroOperators: readonly Uint32Array[] = (() => {
  const bit = new Uint32Array(32);
  bit[0] = 0x82f63b78;
  for (let i = 1; i < 32; i++) bit[i] = (1 << (i - 1)) >>> 0;
  const operators: Uint32Array[] = [square(square(square(bit)))];
  for (let n = 1; n <= 40; n++) operators.push(square(operators[n - 1] ?? bit));
  return operators;
})();

/** The same operators as four tables of 256 entries each, made when first needed. */
const tables: (Uint32Array | undefined)[] = [];

function tableOf(n: number): Uint32Array {
  let table = tables[n];
  if (table === undefined) {
    const operator = zeroOperators[n] ?? new Uint32Array(32);
    table = new Uint32Array(1024);
    for (let byte = 0; byte < 4; byte++) for (let v = 0; v < 256; v++) table[byte * 256 + v] = times(operator, (v << (byte * 8)) >>> 0);
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
