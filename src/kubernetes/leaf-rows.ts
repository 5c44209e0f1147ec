import type { Backend } from '../etcd/mvcc.js';
import { keyLeaves } from '../etcd/snapshot/key-leaves.js';
import { pageFlag, pageHeaderSize } from '../formats/bbolt/layout.js';
import type { ByteSource } from '../formats/source.js';
import { plainWrite, type PlainWrite } from './plain-write.js';
import type { StoredWrite } from './survey.js';

const chunkBytes = 4 << 20;
const elementSize = 16;
const largestPage = 64 << 20;

/**
 * Rows of bucket `key` of a file that is as etcd writes it, as fast as that can be read. Ends early, returning
 * false, as soon as anything is not: a page, an element, a revision that disagrees with its value or its
 * neighbours. The slow way then goes on from there. Values are views that stay valid.
 */
export function* leafRows(source: ByteSource, backend: Backend): Generator<StoredWrite, boolean> {
  const { bolt } = backend;
  const root = backend.buckets.get('key')?.root ?? null;
  const leaves = root === null ? null : keyLeaves(bolt, root, new Set());
  if (leaves === null) return false;
  const pages = new Uint32Array(leaves.count);
  leaves.orderOf.forEach((order, page) => {
    if (order > 0) pages[order - 1] = page;
  });
  const { pageSize } = bolt;
  const little = bolt.metas.littleEndian;
  let chunk: Uint8Array = new Uint8Array(0);
  let chunkAt = 0;
  /** Bytes from an offset on, in the current chunk or a new one; fewer only at the end of the file. */
  const take = (offset: number, length: number): number => {
    if (offset < chunkAt || offset + length > chunkAt + chunk.length) {
      chunk = fresh(source, offset, Math.max(length, chunkBytes));
      chunkAt = offset;
    }
    return offset - chunkAt;
  };
  let last = 0;
  let held: PlainWrite | null = null;
  let heldMain = 0;
  for (const page of pages) {
    let base = take(page * pageSize, pageSize);
    if (base + pageSize > chunk.length) return false;
    let view = new DataView(chunk.buffer, chunk.byteOffset + base);
    if (view.getUint16(8, little) !== pageFlag.leaf || view.getUint32(little ? 0 : 4, little) !== page) return false;
    const count = view.getUint16(10, little);
    const size = (view.getUint32(12, little) + 1) * pageSize;
    if (size > largestPage || pageHeaderSize + count * elementSize > size) return false;
    if (base + size > chunk.length) {
      base = take(page * pageSize, size);
      if (base + size > chunk.length) return false;
      view = new DataView(chunk.buffer, chunk.byteOffset + base);
    }
    for (let i = 0; i < count; i++) {
      const at = pageHeaderSize + i * elementSize;
      const keyAt = at + view.getUint32(at + 4, little);
      const keyLength = view.getUint32(at + 8, little);
      const valueAt = keyAt + keyLength;
      const end = valueAt + view.getUint32(at + 12, little);
      if (end > size) return false;
      // `main _ sub`, big endian, and a `t` after deletions.
      if ((keyLength !== 17 && keyLength !== 18) || view.getUint8(keyAt + 8) !== 0x5f || (keyLength === 18 && view.getUint8(keyAt + 17) !== 0x74)) return false;
      const high = view.getUint32(keyAt, false);
      if (high >= 0x20_0000) return false;
      const main = high * 2 ** 32 + view.getUint32(keyAt + 4, false);
      const tombstone = keyLength === 18;
      const write = plainWrite(chunk, base + valueAt, base + end, main, tombstone);
      if (write === null || main < last || main < heldMain) return false;
      if (held !== null) yield held;
      held = null;
      last = main;
      // A deletion names its revision once only: what comes next must agree.
      if (tombstone) [held, heldMain] = [write, main];
      else yield write;
    }
  }
  if (held !== null) yield held;
  return true;
}

/** Bytes of the file in memory that nobody else writes to. */
function fresh(source: ByteSource, offset: number, length: number): Uint8Array {
  if (source.readInto === undefined) return new Uint8Array(source.read(offset, length));
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, source.byteLength - offset)));
  return bytes.subarray(0, source.readInto(bytes, offset));
}
