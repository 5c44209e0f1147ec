import { crc32c } from '../formats/crc32c.js';

/** Below this a loop here is faster than a call into native code. */
const short = 64;

/**
 * A 32-bit fingerprint of bytes, chained by `seed`: tells whether content changed, never the content. Signed, so that
 * it stays a small integer.
 */
export function fingerprint(bytes: Uint8Array, start: number, stop: number, seed: number): number {
  if (stop - start >= short) return crc32c(bytes.subarray(start, stop), seed >>> 0) | 0;
  // FNV-1a.
  let hash = seed ^ 0x811c9dc5;
  for (let i = start; i < stop; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}
