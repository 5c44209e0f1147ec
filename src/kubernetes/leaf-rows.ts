import type { Backend } from '../etcd/mvcc.js';
import { keyLeaves } from '../etcd/snapshot/key-leaves.js';
import { pageFlag, pageHeaderSize } from '../formats/bbolt/layout.js';
import type { ByteSource } from '../formats/source.js';
import { plainWrite, type PlainWrite } from './plain-write.js';

const chunkBytes = 4 << 20;
const elementSize = 16;
const largestPage = 64 << 20;

/** Rows of one leaf in their order; null as soon as anything is not as etcd writes it. */
type ReadLeaf = (page: number) => PlainWrite[] | null;

/** A piece of the file that holds bytes from an offset on, and where it begins; fewer bytes only at the end of the file. */
type Take = (offset: number, length: number) => { readonly bytes: Uint8Array; readonly from: number };

/** Bytes of the file in memory that nobody else writes to. */
function fresh(source: ByteSource, offset: number, length: number): Uint8Array {
  if (source.readInto === undefined) return new Uint8Array(source.read(offset, length));
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, source.byteLength - offset)));
  const read = source.readInto(bytes, offset);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, read);
}

/** Reads ahead in large pieces, which are not used again, so that views of them stay valid. */
function takeAhead(source: ByteSource): Take {
  let bytes: Uint8Array = new Uint8Array(0);
  let from = 0;
  return (offset, length) => {
    if (offset < from || offset + length > from + bytes.length) {
      from = offset;
      bytes = fresh(source, offset, Math.max(length, chunkBytes));
    }
    return { bytes, from };
  };
}

/** Reads back in large pieces, the next into the place of the one before. */
function takeBack(source: ByteSource): Take {
  let room: Uint8Array = new Uint8Array(0);
  let bytes = room;
  let from = 0;
  return (offset, length) => {
    if (offset < from || offset + length > from + bytes.length) {
      const wanted = Math.max(length, Math.min(chunkBytes, offset + length));
      from = offset + length - wanted;
      if (source.readInto === undefined) bytes = source.read(from, wanted);
      else {
        if (room.length < wanted) room = new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer);
        bytes = room.subarray(0, source.readInto(room.subarray(0, wanted), from));
      }
    }
    return { bytes, from };
  };
}

function leafReader(take: Take, pageSize: number, little: boolean): ReadLeaf {
  return (page) => {
    let { bytes, from } = take(page * pageSize, pageSize);
    let base = page * pageSize - from;
    if (base + pageSize > bytes.length) return null;
    let view = new DataView(bytes.buffer, bytes.byteOffset + base);
    if (view.getUint16(8, little) !== pageFlag.leaf || view.getUint32(little ? 0 : 4, little) !== page) return null;
    const count = view.getUint16(10, little);
    const size = (view.getUint32(12, little) + 1) * pageSize;
    if (size > largestPage || pageHeaderSize + count * elementSize > size) return null;
    if (base + size > bytes.length) {
      ({ bytes, from } = take(page * pageSize, size));
      base = page * pageSize - from;
      if (base + size > bytes.length) return null;
      view = new DataView(bytes.buffer, bytes.byteOffset + base);
    }
    const rows: PlainWrite[] = [];
    for (let i = 0; i < count; i++) {
      const at = pageHeaderSize + i * elementSize;
      const keyAt = at + view.getUint32(at + 4, little);
      const keyLength = view.getUint32(at + 8, little);
      const valueAt = keyAt + keyLength;
      const end = valueAt + view.getUint32(at + 12, little);
      if (end > size) return null;
      // `main _ sub`, big endian, and a `t` after deletions.
      if ((keyLength !== 17 && keyLength !== 18) || view.getUint8(keyAt + 8) !== 0x5f || (keyLength === 18 && view.getUint8(keyAt + 17) !== 0x74)) return null;
      const high = view.getUint32(keyAt, false);
      if (high >= 0x20_0000) return null;
      const write = plainWrite(bytes, from, base + valueAt, base + end, high * 2 ** 32 + view.getUint32(keyAt + 4, false), keyLength === 18);
      if (write === null) return null;
      rows.push(write);
    }
    return rows;
  };
}

/** Leaves of bucket `key` in the order of revisions; null where the tree cannot be followed. */
function pagesOf(backend: Backend): Uint32Array | null {
  const root = backend.buckets.get('key')?.root ?? null;
  const leaves = root === null ? null : keyLeaves(backend.bolt, root, new Set());
  if (leaves === null) return null;
  const pages = new Uint32Array(leaves.count);
  leaves.orderOf.forEach((order, page) => {
    if (order > 0) pages[order - 1] = page;
  });
  return pages;
}

/**
 * Rows of bucket `key` of a file that is as etcd writes it, as fast as that can be read. Ends early, returning
 * false, as soon as anything is not: a page, an element, a revision that disagrees with its value or its
 * neighbours. The slow way then goes on from there. Values are views that stay valid.
 */
export function* leafRows(source: ByteSource, backend: Backend): Generator<PlainWrite, boolean> {
  const pages = pagesOf(backend);
  if (pages === null) return false;
  const readLeaf = leafReader(takeAhead(source), backend.bolt.pageSize, backend.bolt.metas.littleEndian);
  let last = 0;
  let held: PlainWrite | null = null;
  for (const page of pages) {
    const rows = readLeaf(page);
    if (rows === null) return false;
    for (const write of rows) {
      if (write.main < last) return false;
      if (held !== null) yield held;
      last = write.main;
      // A deletion names its revision once only: what comes next must agree.
      if (write.deletes) held = write;
      else {
        held = null;
        yield write;
      }
    }
  }
  if (held !== null) yield held;
  return true;
}

/** The same from the newest row to the oldest; a write holds only until the next is asked for. What came before an early end is worth nothing. */
export function* leafRowsBackwards(source: ByteSource, backend: Backend): Generator<PlainWrite, boolean> {
  const pages = pagesOf(backend);
  if (pages === null) return false;
  const readLeaf = leafReader(takeBack(source), backend.bolt.pageSize, backend.bolt.metas.littleEndian);
  let next = Infinity;
  for (let p = pages.length - 1; p >= 0; p--) {
    const rows = readLeaf(pages[p] as number);
    if (rows === null) return false;
    for (let i = rows.length - 1; i >= 0; i--) {
      const write = rows[i] as PlainWrite;
      if (write.main > next) return false;
      next = write.main;
      yield write;
    }
  }
  return true;
}
