import type { ByteSource } from './source.js';

const chunkBytes = 1 << 20;

/** Bytes of a source in memory that nobody else writes to; fewer only at its end. */
export function freshBytes(source: ByteSource, offset: number, length: number): Uint8Array {
  if (source.readInto === undefined) return new Uint8Array(source.read(offset, length));
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, source.byteLength - offset)));
  const read = source.readInto(bytes, offset);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, read);
}

/**
 * The same source read in large pieces: a walk of a tree asks for one page after the other, mostly in file order.
 * Far jumps and long reads go straight to the source. What it returns stays valid, and keeps its whole piece in memory.
 */
export function readAhead(source: ByteSource): ByteSource {
  if (source.stable === true) return source;
  let from = 0;
  let chunk: Uint8Array = new Uint8Array(0);
  return {
    byteLength: source.byteLength,
    stable: true,
    read(offset, length) {
      if (length >= chunkBytes) return freshBytes(source, offset, length);
      if (offset < from || offset + length > from + chunk.length) {
        // A step back or far ahead is a jump: its neighbours are not wanted yet.
        const steady = offset >= from && offset <= from + chunk.length + chunkBytes;
        const wanted = steady || chunk.length === 0 ? chunkBytes : length;
        chunk = freshBytes(source, offset, wanted);
        from = offset;
      }
      return chunk.subarray(offset - from, Math.min(offset - from + length, chunk.length));
    },
  };
}
