import type { Problem, ProblemSeverity } from '../problem.js';
import type { Bolt, BucketEntry, Report, Row } from './db.js';
import { bucketLeafFlag, elementSize, pageFlag, pageHeaderSize } from './layout.js';
import type { ReachedPages } from './page-set.js';
import { branchElements, isContiguous, leafElements, pagesOf, pageType, readPage, type Page } from './page.js';

/** A page range that a tree promised and the file does not deliver. Bounds are keys; null = open. */
export interface LostRange {
  readonly page: number;
  readonly from: Uint8Array | null;
  readonly to: Uint8Array | null;
}

/** What a thorough walk hands out besides problems. */
export interface InspectionVisitor {
  readonly report: Report;
  /** A row that could be read. */
  readonly row: (row: Row) => void;
  /** A subtree that could not be read. */
  readonly lost: (range: LostRange) => void;
}

const maxDepth = 64;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 40)).toString('hex');

function problem(code: string, page: number, pageSize: number, message: string, severity: ProblemSeverity = 'fatal'): Problem {
  return { code, severity, page, offset: page * pageSize, message };
}

interface Walk {
  readonly bolt: Bolt;
  readonly visited: ReachedPages;
  readonly visitor: InspectionVisitor;
  /** The last key that was read, over page borders. */
  last: Uint8Array | null;
}

/** Structure of one page: identity, size, packing. Returns false when its elements cannot be trusted at all. */
function checkPage(walk: Walk, page: Page): void {
  const { bolt, visitor } = walk;
  const at = page.number;
  if (page.cut) visitor.report(problem('bbolt.beyond-end', at, bolt.pageSize, `page ${at} ends beyond the end of the file (${bolt.source.byteLength} bytes)`));
  if (page.id !== BigInt(at)) visitor.report(problem('bbolt.page-id', at, bolt.pageSize, `page ${at} says that it is page ${page.id}`));
  if (pageHeaderSize + page.count * elementSize > page.bytes.length) {
    visitor.report(problem('bbolt.count', at, bolt.pageSize, `page ${at}: ${page.count} elements do not fit into ${page.bytes.length} bytes`));
  } else if ((page.flags === pageFlag.leaf || page.flags === pageFlag.branch) && !isContiguous(page)) {
    visitor.report(problem('bbolt.packing', at, bolt.pageSize, `page ${at}: keys and values do not lie as bbolt writes them, or bytes follow where zeros belong; something was written over them`, 'error'));
  }
}

function checkOrder(walk: Walk, key: Uint8Array, page: number, min: Uint8Array | null, max: Uint8Array | null): void {
  const { bolt, visitor } = walk;
  const before = walk.last;
  if (before !== null && Buffer.compare(before, key) >= 0) visitor.report(problem('bbolt.key-order', page, bolt.pageSize, `page ${page}: key ${hex(key)} follows key ${hex(before)}`));
  if (min !== null && Buffer.compare(key, min) < 0) visitor.report(problem('bbolt.key-bounds', page, bolt.pageSize, `page ${page}: key ${hex(key)} lies below ${hex(min)}, where its branch begins`));
  if (max !== null && Buffer.compare(key, max) >= 0) visitor.report(problem('bbolt.key-bounds', page, bolt.pageSize, `page ${page}: key ${hex(key)} is not below ${hex(max)}, where the next branch begins`));
  walk.last = key;
}

function leafRows(walk: Walk, page: Page, min: Uint8Array | null, max: Uint8Array | null): void {
  const { bolt, visitor } = walk;
  for (const element of leafElements(page)) {
    if (element === null) visitor.report(problem('bbolt.element-outside', page.number, bolt.pageSize, `page ${page.number}: an element of the leaf page leaves the page`));
    else {
      checkOrder(walk, element.key, page.number, min, max);
      visitor.row({ key: element.key, value: element.value, flags: element.flags, page: page.number, valueAt: page.at + element.valueAt });
    }
  }
}

/** Walks a tree in key order with every check that bbolt's own check makes, and its stricter ones. */
export function inspectTree(bolt: Bolt, root: number, visited: ReachedPages, visitor: InspectionVisitor): void {
  const walk: Walk = { bolt, visited, visitor, last: null };
  const visit = (number: number, depth: number, min: Uint8Array | null, max: Uint8Array | null): void => {
    const lost = (code: string, message: string): void => {
      visitor.report(problem(code, number, bolt.pageSize, message));
      visitor.lost({ page: number, from: min, to: max });
    };
    if (number < 2 || number >= bolt.highWater) return lost('bbolt.out-of-bounds', `page ${number}: out of bounds: ${bolt.highWater}`);
    if (visited.has(number) || depth > maxDepth) return lost('bbolt.multiple-references', `page ${number}: multiple references`);
    const page = readPage(bolt.source, number, bolt.pageSize, bolt.metas.littleEndian);
    visited.add(number);
    if (page === null) return lost('bbolt.beyond-end', `page ${number} lies beyond the end of the file (${bolt.source.byteLength} bytes)`);
    if (page.flags !== pageFlag.leaf && page.flags !== pageFlag.branch) {
      return lost('bbolt.page-type', `page ${number}: invalid type: ${pageType(page.flags)}`);
    }
    if (number + page.overflow >= bolt.highWater) visitor.report(problem('bbolt.out-of-bounds', number, bolt.pageSize, `page ${number} claims ${page.overflow} more pages: out of bounds: ${bolt.highWater}`, 'error'));
    for (let n = number + 1; n < number + pagesOf(page, bolt.pageSize); n++) {
      if (visited.has(n)) {
        visitor.report(problem('bbolt.multiple-references', n, bolt.pageSize, `page ${n}: multiple references (overflow of page ${number})`));
        break;
      }
      visited.add(n);
    }
    checkPage(walk, page);
    if (page.flags === pageFlag.leaf) return leafRows(walk, page, min, max);
    const children = [...branchElements(page)];
    if (children.length === 0) return lost('bbolt.empty-branch', `page ${number}: a branch page without children`);
    children.forEach((element, i) => {
      if (element === null) {
        visitor.report(problem('bbolt.element-outside', number, bolt.pageSize, `page ${number}: an element of the branch page leaves the page`));
        visitor.lost({ page: number, from: min, to: max });
        return;
      }
      const next = children[i + 1];
      if (next !== undefined && next !== null && Buffer.compare(element.key, next.key) >= 0) {
        visitor.report(problem('bbolt.key-order', number, bolt.pageSize, `page ${number}: branch key ${hex(next.key)} follows ${hex(element.key)}`));
      }
      const child = element.child > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(element.child);
      visit(child, depth + 1, element.key, next?.key ?? max);
    });
  };
  visit(root, 0, null, null);
}

/** The rows of one bucket, inspected; an inline bucket is one page. */
export function inspectBucket(bolt: Bolt, bucket: BucketEntry, visited: ReachedPages, visitor: InspectionVisitor): void {
  if (bucket.root !== null) return inspectTree(bolt, bucket.root, visited, visitor);
  if (bucket.inline === null) return;
  const walk: Walk = { bolt, visited, visitor, last: null };
  if (pageHeaderSize + bucket.inline.count * elementSize > bucket.inline.bytes.length || !isContiguous(bucket.inline)) {
    visitor.report(problem('bbolt.packing', bucket.page, bolt.pageSize, `page ${bucket.page}: the inline bucket "${Buffer.from(bucket.name).toString('latin1')}" is not packed as bbolt writes it`, 'error'));
  }
  leafRows(walk, bucket.inline, null, null);
}

/** True for a row that holds a bucket. */
export const isBucketRow = (row: Row): boolean => (row.flags & bucketLeafFlag) !== 0;

const copyOf = (bytes: Uint8Array | null): Uint8Array | null => (bytes === null ? null : Uint8Array.from(bytes));

/** A row to be kept: a view would keep the piece of the file around it. */
export const keptRow = (row: Row): Row => ({ ...row, key: Uint8Array.from(row.key), value: Uint8Array.from(row.value) });

/** The same for a range that is lost. */
export const keptRange = ({ page, from, to }: LostRange): LostRange => ({ page, from: copyOf(from), to: copyOf(to) });
