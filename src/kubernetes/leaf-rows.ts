import type { Backend } from '../etcd/mvcc.js';
import { keyLeaves } from '../etcd/snapshot/key-leaves.js';
import { pageFlag, pageHeaderSize } from '../formats/bbolt/layout.js';
import { freshBytes } from '../formats/read-ahead.js';
import type { ByteSource } from '../formats/source.js';
import { PlainWrite } from './plain-write.js';

/** Pieces that are kept, and pieces that are not: those should still be in the processor's cache when their rows are read. */
const [keptBytes, passingBytes] = [4 << 20, 1 << 19];
const elementSize = 16;
const largestPage = 64 << 20;

/** One leaf after the other, row by row. */
interface LeafReader {
  /** Opens the leaf of a page; its number of rows, or -1 when anything about it is not as etcd writes it, or it is empty. */
  open(page: number): number;
  /** Reads a row of the open leaf; false when anything is not as etcd writes it. */
  row(index: number, into: PlainWrite): boolean;
}

/** A piece of the file that holds bytes from an offset on, and where it begins; fewer bytes only at the end of the file. */
type Take = (offset: number, length: number) => { readonly bytes: Uint8Array; readonly from: number };

/** Reads ahead in large pieces, which are not used again, so that views of them stay valid. */
function takeAhead(source: ByteSource): Take {
  let bytes: Uint8Array = new Uint8Array(0);
  let from = 0;
  return (offset, length) => {
    if (offset < from || offset + length > from + bytes.length) {
      from = offset;
      bytes = freshBytes(source, offset, Math.max(length, keptBytes));
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
      const wanted = Math.max(length, Math.min(passingBytes, offset + length));
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

function leafReader(take: Take, pageSize: number, little: boolean): LeafReader {
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  /** Where `bytes` begin in the file, the leaf in `bytes`, and its length with its overflow. */
  let [from, base, size] = [0, 0, 0];
  /** Has `length` bytes of a page at hand; false where the file ends before. */
  const reach = (page: number, length: number): boolean => {
    const piece = take(page * pageSize, length);
    if (piece.bytes !== bytes) view = new DataView(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.length);
    ({ bytes, from } = piece);
    base = page * pageSize - from;
    return base + length <= bytes.length;
  };
  return {
    open(page) {
      if (!reach(page, pageSize)) return -1;
      if (view.getUint16(base + 8, little) !== pageFlag.leaf || view.getUint32(base + (little ? 0 : 4), little) !== page) return -1;
      const count = view.getUint16(base + 10, little);
      size = (view.getUint32(base + 12, little) + 1) * pageSize;
      if (size > largestPage || pageHeaderSize + count * elementSize > size) return -1;
      if (size !== pageSize && !reach(page, size)) return -1;
      // The first key follows the last element: a wrong count leaves a gap, or reaches into keys.
      return count > 0 && view.getUint32(base + pageHeaderSize + 4, little) === count * elementSize ? count : -1;
    },
    row(index, into) {
      const at = base + pageHeaderSize + index * elementSize;
      const keyAt = at + view.getUint32(at + 4, little);
      const keyLength = view.getUint32(at + 8, little);
      const valueAt = keyAt + keyLength;
      const end = valueAt + view.getUint32(at + 12, little);
      if (end > base + size) return false;
      // `main _ sub`, big endian, and a `t` after deletions.
      if ((keyLength !== 17 && keyLength !== 18) || bytes[keyAt + 8] !== 0x5f || (keyLength === 18 && bytes[keyAt + 17] !== 0x74)) return false;
      const high = view.getUint32(keyAt, false);
      return high < 0x20_0000 && into.read(bytes, from, valueAt, end, high * 2 ** 32 + view.getUint32(keyAt + 4, false), keyLength === 18);
    },
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
  const leaf = leafReader(takeAhead(source), backend.bolt.pageSize, backend.bolt.metas.littleEndian);
  let last = 0;
  let held: PlainWrite | null = null;
  for (const page of pages) {
    const count = leaf.open(page);
    const rows = Array.from({ length: Math.max(0, count) }, () => new PlainWrite());
    if (count < 0 || !rows.every((write, i) => leaf.row(i, write))) return false;
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
  const leaf = leafReader(takeBack(source), backend.bolt.pageSize, backend.bolt.metas.littleEndian);
  const write = new PlainWrite();
  let next = Infinity;
  for (let p = pages.length - 1; p >= 0; p--) {
    const rows = leaf.open(pages[p] as number);
    if (rows < 0) return false;
    for (let i = rows - 1; i >= 0; i--) {
      if (!leaf.row(i, write) || write.main > next) return false;
      next = write.main;
      yield write;
    }
  }
  return true;
}
