/** A signed number from its upper and its lower 32 bits, each signed or unsigned. */
export function int64(high: number, low: number): bigint {
  const upper = high | 0;
  return upper >= 0 && upper < 0x20_0000 ? BigInt(upper * 2 ** 32 + (low >>> 0)) : (BigInt(upper) << 32n) | BigInt(low >>> 0);
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

/** A signed big-endian number of eight bytes. A DataView does the same, but making one over a few bytes costs more than the reading. */
export function readInt64(bytes: Uint8Array, at: number): bigint {
  return int64(word(bytes, at), word(bytes, at + 4));
}

/** Writes the lower 64 bits of a number, big endian. */
export function writeInt64(bytes: Uint8Array, at: number, value: bigint): void {
  let [high, low] = [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value))];
  for (let i = 3; i >= 0; i--, high >>= 8, low >>= 8) {
    bytes[at + i] = high;
    bytes[at + 4 + i] = low;
  }
}
