import type { ByteSource } from '../source.js';
import { elementSize, pageFlag, pageHeaderSize } from './layout.js';

/** One logical page with its overflow; `bytes` is a private copy. */
export interface Page {
  /** Where it was read; its own header may say otherwise. */
  readonly number: number;
  /** Where its bytes begin in the file. */
  readonly at: number;
  readonly id: bigint;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly littleEndian: boolean;
  /** True when the file ends inside the page. */
  readonly cut: boolean;
  /** True when it claims more pages than its elements fill, which no writer leaves: `bytes` are then those that they fill. */
  readonly overlong: boolean;
}

/** How many pages its bytes are: those that follow its first one belong to it, whatever else claims them. */
export const pagesOf = (page: Page, pageSize: number): number => Math.max(1, Math.ceil(page.bytes.length / pageSize));

/** More is not read of one page: etcd refuses far smaller requests. */
const maxPageBytes = 256 * 2 ** 20;

export function pageType(flags: number): string {
  if (flags === pageFlag.branch) return 'branch';
  if (flags === pageFlag.leaf) return 'leaf';
  if (flags === pageFlag.meta) return 'meta';
  if (flags === pageFlag.freelist) return 'freelist';
  return `unknown<${flags.toString(16).padStart(2, '0')}>`;
}

/** Wraps the bytes of a page, header first, which begin at `at` in the file. */
export function pageOf(bytes: Uint8Array, number: number, at: number, littleEndian: boolean, cut = false, overlong = false): Page {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    number,
    at,
    id: view.getBigUint64(0, littleEndian),
    flags: view.getUint16(8, littleEndian),
    count: view.getUint16(10, littleEndian),
    overflow: view.getUint32(12, littleEndian),
    bytes,
    view,
    littleEndian,
    cut,
    overlong,
  };
}

/** Where the elements of a leaf or branch page end, counted from its start; `head` is its first page. */
function endOfElements(source: ByteSource, { at, count, flags, littleEndian, bytes }: Page): number {
  const array = pageHeaderSize + count * elementSize;
  const headers = array <= bytes.length ? bytes : source.read(at, array);
  const view = new DataView(headers.buffer, headers.byteOffset, headers.length);
  let end = array;
  for (let element = pageHeaderSize; element + elementSize <= Math.min(array, headers.length); element += elementSize) {
    const isBranch = flags === pageFlag.branch;
    const size = isBranch ? view.getUint32(element + 4, littleEndian) : view.getUint32(element + 8, littleEndian) + view.getUint32(element + 12, littleEndian);
    end = Math.max(end, element + view.getUint32(element + (isBranch ? 0 : 4), littleEndian) + size);
  }
  return end;
}

/** Bytes of a page of which only the first was read, as far as they can hold anything. */
function usedBytes(source: ByteSource, head: Page, pageSize: number): number {
  const claimed = (head.overflow + 1) * pageSize;
  if (head.flags === pageFlag.freelist) return claimed;
  if (head.flags !== pageFlag.leaf && head.flags !== pageFlag.branch) return pageSize;
  const pages = endOfElements(source, head) / pageSize;
  // Where the elements end with a page, bbolt 1.3.0 takes one page more (node.go spill: size / pageSize + 1; 1.3.3 rounds up).
  return claimed <= (Math.floor(pages) + 1) * pageSize ? claimed : Math.ceil(pages) * pageSize;
}

/** Reads page `number` with its overflow, as one of the type that `flags` says where its own cannot be right. Null when not even its header is in the file. */
export function readPage(source: ByteSource, number: number, pageSize: number, littleEndian: boolean, flags?: number): Page | null {
  const start = number * pageSize;
  const own = (bytes: Uint8Array): Uint8Array => (source.stable === true ? bytes : new Uint8Array(bytes));
  const head = source.read(start, pageSize);
  if (head.length < pageHeaderSize) return null;
  const asType = (page: Page): Page => (flags === undefined ? page : { ...page, flags });
  const first = asType(pageOf(own(head), number, start, littleEndian, head.length < pageSize));
  if (first.overflow === 0) return first;
  const used = usedBytes(source, first, pageSize);
  const length = Math.min(used, maxPageBytes, source.byteLength - start);
  return asType(pageOf(own(source.read(start, length)), number, start, littleEndian, length < used, used < (first.overflow + 1) * pageSize));
}

/** Position of one element's key and value inside the page; `broken` when they leave it. */
export interface LeafElement {
  readonly flags: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Where the element's header stands in the page. */
  readonly offset: number;
  /** Where its value stands in the page. */
  readonly valueAt: number;
}

/**
 * Elements of a leaf page in order. Yields null for an element whose bytes leave the page; elements
 * beyond the end of the page are not yielded.
 */
export function* leafElements(page: Page): Generator<LeafElement | null> {
  const { view, bytes, littleEndian } = page;
  for (let i = 0; i < page.count; i++) {
    const at = pageHeaderSize + i * elementSize;
    if (at + elementSize > bytes.length) return;
    const keyAt = at + view.getUint32(at + 4, littleEndian);
    const valueAt = keyAt + view.getUint32(at + 8, littleEndian);
    const end = valueAt + view.getUint32(at + 12, littleEndian);
    yield end > bytes.length
      ? null
      : { flags: view.getUint32(at, littleEndian), key: bytes.subarray(keyAt, valueAt), value: bytes.subarray(valueAt, end), offset: at, valueAt };
  }
}

export interface BranchElement {
  readonly key: Uint8Array;
  readonly child: bigint;
}

/** Elements of a branch page in order; null for one whose key leaves the page. */
export function* branchElements(page: Page): Generator<BranchElement | null> {
  const { view, bytes, littleEndian } = page;
  for (let i = 0; i < page.count; i++) {
    const at = pageHeaderSize + i * elementSize;
    if (at + elementSize > bytes.length) return;
    const keyAt = at + view.getUint32(at, littleEndian);
    const end = keyAt + view.getUint32(at + 4, littleEndian);
    yield end > bytes.length ? null : { key: bytes.subarray(keyAt, end), child: view.getBigUint64(at + 8, littleEndian) };
  }
}

/**
 * True when keys and values follow the element array without gaps, as many pages as they need are claimed, and the rest
 * is zero, as bbolt's writer guarantees (bbolt 1.4.3 internal/common/inode.go, tx.go): anything else was overwritten.
 */
export function isContiguous(page: Page): boolean {
  const { view, bytes, littleEndian } = page;
  if (page.overlong) return false;
  const branch = page.flags === pageFlag.branch;
  let expected = pageHeaderSize + page.count * elementSize;
  for (let i = 0; i < page.count; i++) {
    const at = pageHeaderSize + i * elementSize;
    if (at + elementSize > bytes.length) return false;
    const keyAt = at + view.getUint32(at + (branch ? 0 : 4), littleEndian);
    if (keyAt !== expected) return false;
    expected = keyAt + view.getUint32(at + (branch ? 4 : 8), littleEndian) + (branch ? 0 : view.getUint32(at + 12, littleEndian));
    if (expected > bytes.length) return false;
  }
  for (let i = expected; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
