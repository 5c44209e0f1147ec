import type { ByteSource } from './source.js';

const chunkBytes = 1 << 20;

/**
 * The same source read in large pieces: a walk of a tree asks for one page after the other, mostly in file order.
 * Far jumps and long reads go straight to the source.
 */
export function readAhead(source: ByteSource): ByteSource {
  let from = 0;
  let chunk: Uint8Array = new Uint8Array(0);
  return {
    byteLength: source.byteLength,
    read(offset, length) {
      if (length >= chunkBytes) return source.read(offset, length);
      if (offset < from || offset + length > from + chunk.length) {
        // A step back or far ahead is a jump: its neighbours are not wanted yet.
        const steady = offset >= from && offset <= from + chunk.length + chunkBytes;
        const wanted = steady || chunk.length === 0 ? chunkBytes : Math.max(length, 16_384);
        chunk = new Uint8Array(source.read(offset, wanted));
        from = offset;
      }
      return chunk.subarray(offset - from, Math.min(offset - from + length, chunk.length));
    },
  };
}
