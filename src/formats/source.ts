/**
 * The one way into bytes. Every format reader takes a ByteSource, never a path, so that a file on
 * disk, a member of an archive and a test buffer look the same.
 */
export interface ByteSource {
  /** Total length in bytes at the moment the source was opened. */
  readonly byteLength: number;
  /**
   * Reads up to `length` bytes at `offset`. Returns fewer bytes only when the source ends there (or
   * shrank since it was opened); never throws for a range beyond the end. The returned view may be
   * reused by the next call: copy what must outlive it.
   */
  read(offset: number, length: number): Uint8Array;
  /** Fills a buffer of the caller's from `offset` on; returns the bytes that were there. Optional: saves allocations. */
  readInto?(target: Uint8Array, offset: number): number;
  /** Total length in bytes now: another one than `byteLength` where somebody writes to it meanwhile. Optional: memory does not change. */
  lengthNow?(): number;
  /** Set when views that `read` returns stay valid and unchanged, so that nobody needs to copy them. */
  readonly stable?: true;
}

/** A source over bytes that are already in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.length,
    stable: true,
    read: (offset, length) =>
      bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  };
}

/** A window into another source; reads beyond the window are cut at its end. */
export function sliceSource(source: ByteSource, start: number, length: number): ByteSource {
  const byteLength = Math.max(0, Math.min(length, source.byteLength - start));
  return {
    byteLength,
    read: (offset, wanted) =>
      source.read(start + Math.min(offset, byteLength), Math.max(0, Math.min(wanted, byteLength - offset))),
  };
}
