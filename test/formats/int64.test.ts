import fc from 'fast-check';
import { expect, it } from 'vitest';
import { int64, readInt64, writeInt64 } from '../../src/formats/int64.js';

it('reads and writes signed big-endian numbers as a DataView does', () => {
  const value = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constantFrom(0n, -1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 63n), 2n ** 63n - 1n));
  fc.assert(fc.property(value, (number) => {
    const [bytes, wanted] = [new Uint8Array(11), new Uint8Array(11)];
    writeInt64(bytes, 2, number);
    new DataView(wanted.buffer).setBigInt64(2, number, false);
    expect(bytes).toEqual(wanted);
    expect(readInt64(bytes, 2)).toBe(number);
    expect(int64(Number(number >> 32n), Number(number & 0xffff_ffffn))).toBe(number);
  }));
});

it('keeps the lower 64 bits of a larger number', () => {
  const bytes = new Uint8Array(8);
  writeInt64(bytes, 0, 2n ** 63n);
  expect(readInt64(bytes, 0)).toBe(-(2n ** 63n));
});
