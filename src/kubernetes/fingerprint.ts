import { crc32 } from '@node-rs/crc32';

/** Below this a loop here is faster than a call into native code. */
const short = 64;

/**
 * A 32-bit fingerprint of bytes, chained by `seed`: tells whether content changed, never the content. Signed, so that
 * it stays a small integer.
 */
export function fingerprint(bytes: Uint8Array, start: number, stop: number, seed: number): number {
  if (stop - start >= short) return crc32(bytes.subarray(start, stop), seed >>> 0) | 0;
  // FNV-1a.
  let hash = seed ^ 0x811c9dc5;
  for (let i = start; i < stop; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}

const known = new Map<number, { readonly bytes: Uint8Array; readonly text: string }>();
const most = 4096;

/** Short texts that come again and again (kinds, API versions): decoded once. */
export function sharedText(bytes: Uint8Array, start: number, stop: number, decode: (bytes: Uint8Array, start: number, stop: number) => string): string {
  if (stop - start >= short) return decode(bytes, start, stop);
  const hash = fingerprint(bytes, start, stop, 0);
  const entry = known.get(hash);
  if (entry !== undefined && same(entry.bytes, bytes, start, stop)) return entry.text;
  const text = decode(bytes, start, stop);
  if (entry === undefined && known.size < most) known.set(hash, { bytes: bytes.slice(start, stop), text });
  return text;
}

function same(a: Uint8Array, b: Uint8Array, start: number, stop: number): boolean {
  if (a.length !== stop - start) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[start + i]) return false;
  return true;
}
