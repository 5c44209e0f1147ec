import { bucketLeafFlag, elementSize, pageFlag } from '../layout.js';
import type { Dialect } from './dialect.js';
import { Death, panic, segmentationFault } from '../../death.js';
import type { MappedFile, PageNumber } from './mapped-file.js';

/** A page header in the map. `at` is the address of its first byte. */
export interface MappedPage {
  readonly at: number;
  readonly id: PageNumber;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
}

/** A slice of the map that a program holds without having looked at its bytes. */
export interface Slice {
  readonly at: number;
  readonly length: number;
}

/** MaxMapSize and MaxAllocSize on 64-bit machines (bbolt internal/common/bolt_amd64.go). */
const maxMapSize = 0xffff_ffff_ffffn;
const maxAllocSize = 0x7fff_ffff;

export function pageAt(map: MappedFile, at: number): MappedPage {
  return { at, id: map.u64(at), flags: map.u16(at + 8), count: map.u16(at + 10), overflow: map.u32(at + 12) };
}

/** db.page(id): address arithmetic modulo 2^64, then an index check against the largest map. */
export function pageOfId(map: MappedFile, id: PageNumber, pageSize: number): MappedPage {
  const exact = typeof id === 'number' ? id * pageSize : Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(exact) && exact < Number(maxMapSize)) return pageAt(map, exact);
  const position = BigInt.asUintN(64, BigInt(id) * BigInt(pageSize));
  if (position >= maxMapSize) panic(`runtime error: index out of range [${position}] with length ${maxMapSize}`);
  return pageAt(map, Number(position));
}

export const isBranch = (page: MappedPage, dialect: Dialect): boolean =>
  dialect === '1.3' ? (page.flags & pageFlag.branch) !== 0 : page.flags === pageFlag.branch;
export const isLeaf = (page: MappedPage, dialect: Dialect): boolean =>
  dialect === '1.3' ? (page.flags & pageFlag.leaf) !== 0 : page.flags === pageFlag.leaf;

/** Page.Typ: the name of a page's type in messages. */
export function typeName(page: MappedPage, dialect: Dialect): string {
  const is = (flag: number): boolean => (dialect === '1.3' ? (page.flags & flag) !== 0 : page.flags === flag);
  if (is(pageFlag.branch)) return 'branch';
  if (is(pageFlag.leaf)) return 'leaf';
  if (is(pageFlag.meta)) return 'meta';
  if (is(pageFlag.freelist)) return 'freelist';
  return `unknown<${page.flags.toString(16).padStart(2, '0')}>`;
}

/** Page.FastCheck of bbolt >= 1.3.7. */
export function fastCheck(page: MappedPage, id: PageNumber, dialect: Dialect): void {
  if (dialect === '1.3') return;
  if (page.id !== id) panic(`assertion failed: Page expected to be: ${id}, but self identifies as ${page.id}`);
  const single = [pageFlag.branch, pageFlag.leaf, pageFlag.meta, pageFlag.freelist].some((flag) => page.flags === flag);
  if (!single) panic(`assertion failed: page ${page.id}: has unexpected type/flags: ${page.flags.toString(16)}`);
}

const elementAt = (page: MappedPage, index: number): number => page.at + 16 + index * 16;

/** `array[i:j:j]` over MaxAllocSize bytes (unsafe.go of 1.3.4 and later): only the lengths are checked, not the bytes. */
function slice(element: number, from: number, length: number): Slice {
  const end = from + length;
  if (end > maxAllocSize) panic(`runtime error: slice bounds out of range [::${end}] with length ${maxAllocSize}`);
  return { at: element + from, length };
}

export function branchKey(map: MappedFile, page: MappedPage, index: number): Slice {
  const at = elementAt(page, index);
  return slice(at, map.u32(at), map.u32(at + 4));
}

export function branchChild(map: MappedFile, page: MappedPage, index: number): PageNumber {
  return map.u64(elementAt(page, index) + 8);
}

export function leafKey(map: MappedFile, page: MappedPage, index: number): Slice {
  const at = elementAt(page, index);
  return slice(at, map.u32(at + 4), map.u32(at + 8));
}

/** One row of a leaf page. */
export interface LeafRow {
  /** Address of its element. */
  readonly at: number;
  readonly key: Slice;
  readonly value: Slice;
  readonly flags: number;
}

/** The row whose element stands at an address. */
export function leafRowAt(map: MappedFile, at: number): LeafRow {
  const from = map.u32(at + 4);
  const length = map.u32(at + 8);
  return { at, key: slice(at, from, length), value: slice(at, from + length, map.u32(at + 12)), flags: map.u32(at) };
}

export const leafRow = (map: MappedFile, page: MappedPage, index: number): LeafRow => leafRowAt(map, elementAt(page, index));

/** Whether a row is no bucket and lies within the file, so that nothing can go wrong when it is read. */
export function isPlainRow(map: MappedFile, page: MappedPage, index: number): boolean {
  const at = elementAt(page, index);
  const end = map.u32(at + 4) + map.u32(at + 8) + map.u32(at + 12);
  return (map.u32(at) & bucketLeafFlag) === 0 && end <= maxAllocSize && at + end <= map.fileSize;
}

/** Where the last byte of a branch or leaf page's elements ends, counted from the page's first byte; never reads outside the file. */
export function endOfElements(map: MappedFile, page: MappedPage, dialect: Dialect): number {
  let end = 16 + page.count * 16;
  if (page.at + end > map.fileSize) return end;
  const branch = isBranch(page, dialect);
  for (let i = 0; i < page.count; i++) {
    const at = elementAt(page, i);
    const from = at - page.at;
    const own = branch ? map.u32(at) + map.u32(at + 4) : map.u32(at + 4) + map.u32(at + 8) + map.u32(at + 12);
    if (from + own > end) end = from + own;
  }
  return end;
}

/** Steps that a walk may take in any file. */
const fewSteps = 4_000_000;

/**
 * Counts steps and ends a walk that a cycle keeps going: one of more steps than a file of this size has room for rows.
 * Go's stack would end at 1 GB.
 */
export function stepCounter(fileSize: number): () => void {
  const most = Math.max(fewSteps, fileSize / elementSize);
  let steps = 0;
  return () => {
    if (++steps > most) throw new Death('fault', segmentationFault.replace(/ \[.*/, '') + ' (endless walk)');
  };
}
