import { bucketLeafFlag, noFreelist, pageFlag } from '../layout.js';
import { PageSet } from '../page-set.js';
import { Death } from '../../death.js';
import { checkBranch, checkLeaf, inOrder, mostErrors, stackText, unbounded, type Bounds, type Order } from './key-order.js';
import type { PageNumber } from './mapped-file.js';
import { branchChild, endOfElements, isBranch, isLeaf, stepCounter, typeName, type MappedPage, type Slice } from './pages.js';
import { bucketOf, forEach, page, rootBucket, type Bucket, type Transaction } from './tree.js';

/** Where a check's errors go. It may throw to end the check, as freepages does at the first one. */
export type CheckError = (message: string) => void;

const greater = (a: PageNumber, b: PageNumber): boolean => a > b;

/**
 * A page in use that fills other pages than its header says. bbolt derives the free pages from the headers and
 * notices nothing until it writes.
 * `beyond`: it claims pages above the high water mark; freed with it, they are handed out, and the writer dies.
 * `unclaimed`: it fills pages that count as free, which later writes overwrite.
 * `wraps`: a meta page with a transaction number that soon starts from 0 again.
 */
export interface WrongClaim {
  readonly page: PageNumber;
  readonly kind: 'beyond' | 'unclaimed' | 'wraps';
}

interface Walk {
  readonly tx: Transaction;
  readonly reachable: PageSet;
  readonly freed: ReadonlySet<PageNumber>;
  readonly error: CheckError;
  readonly step: () => void;
  /** How many errors there were. */
  errors: number;
  /** The first one met. */
  wrongClaim: WrongClaim | null;
}

const pagesOf = (tx: Transaction): PageSet => new PageSet(tx.map.fileSize, tx.pageSize);

function walkOf(tx: Transaction, error: CheckError, reachable = pagesOf(tx), freed: ReadonlySet<PageNumber> = new Set()): Walk {
  const walk: Walk = {
    tx,
    reachable,
    freed,
    error: (message) => {
      walk.errors += 1;
      error(message);
    },
    step: stepCounter(tx.map.fileSize),
    errors: 0,
    wrongClaim: null,
  };
  return walk;
}

/** No bucket has a longer name (bbolt MaxKeySize). */
const mostNameBytes = 32768;

/** An overflow beyond this is damage: a map of so many pages does not fit into any machine's memory. */
const manyPages = 1_000_000;

/** A page that claims millions of others: the lowest of them that is taken, else the memory ends. */
function claimPages(walk: Walk, p: MappedPage, suffix: () => string): void {
  let lowest: PageNumber | null = null;
  const last = BigInt(p.id) + BigInt(p.overflow);
  for (const id of walk.reachable) if (id >= p.id && id <= last && (lowest === null || id < lowest)) lowest = id;
  if (lowest !== null) walk.error(`page ${printed(lowest)}: multiple references${suffix()}`);
  throw new Death('fault', 'fatal error: runtime: out of memory');
}

/** A page number as the check prints it: converted to a signed 64-bit integer. */
const printed = (id: PageNumber): PageNumber => (typeof id === 'number' ? id : BigInt.asIntN(64, id));

/** verifyPageReachable / the closure of checkBucket. */
function verifyReachable(walk: Walk, p: MappedPage, stack: readonly PageNumber[]): void {
  const { tx, reachable, freed, error } = walk;
  const suffix = (): string => (tx.dialect === '1.3' ? '' : ` (stack: ${stackText(stack)})`);
  if (greater(p.id, tx.highWater)) error(`page ${printed(p.id)}: out of bounds: ${printed(tx.highWater)}${suffix()}`);
  if (p.overflow > manyPages) claimPages(walk, p, suffix);
  for (let i = 0; i <= Math.min(p.overflow, manyPages); i++) {
    walk.step();
    const id = typeof p.id === 'number' ? p.id + i : p.id + BigInt(i);
    if (reachable.has(id)) error(`page ${printed(id)}: multiple references${suffix()}`);
    reachable.add(id);
  }
  if (freed.has(p.id)) error(`page ${printed(p.id)}: reachable freed`);
  else if (!isBranch(p, tx.dialect) && !isLeaf(p, tx.dialect)) error(`page ${printed(p.id)}: invalid type: ${typeName(p, tx.dialect)}${suffix()}`);
}

/** Up to bbolt 1.3.6 a page may say that it is another one. */
function noteClaim(walk: Walk, id: PageNumber, p: MappedPage): void {
  const { tx } = walk;
  if (walk.wrongClaim !== null) return;
  const last = typeof p.id === 'number' ? p.id + p.overflow : p.id + BigInt(p.overflow);
  if (last >= tx.highWater) walk.wrongClaim = { page: id, kind: 'beyond' };
  else if (p.id !== id || endOfElements(tx.map, p, tx.dialect) > (p.overflow + 1) * tx.pageSize) walk.wrongClaim = { page: id, kind: 'unclaimed' };
}

/**
 * tx.forEachPage: depth first, every child of every branch page. Beside it, recursivelyCheckPageKeyOrderInternal over
 * the same pages, so that they are read once. Returns the largest key below the page.
 */
function forEachPage(walk: Walk, order: Order, stack: PageNumber[], bounds: Bounds): Slice | null {
  walk.step();
  const { tx } = walk;
  const id = stack[stack.length - 1] ?? 0;
  const p = page(tx, id);
  verifyReachable(walk, p, stack);
  noteClaim(walk, id, p);
  if (!isBranch(p, tx.dialect)) return inOrder(order, () => checkLeaf(tx, order, p, bounds, stack));
  if (stack.length > 5000) throw new Death('fault', 'runtime: goroutine stack exceeds 1000000000-byte limit');
  if (p.count === 0 || p.flags !== pageFlag.branch) order.regular = false;
  let largest: Slice | null = null;
  for (let i = 0; i < p.count; i++) {
    const child = branchChild(tx.map, p, i);
    const previous: Slice | null = i === 0 ? bounds.min : largest;
    const below = inOrder(order, () => checkBranch(tx, order, p, i, child, previous, bounds.max, stack));
    stack.push(child);
    largest = forEachPage(walk, order, stack, below ?? unbounded);
    stack.pop();
  }
  return largest;
}

/** recursivelyCheckBucket (>= 1.3.7) and checkBucket (<= 1.3.6). */
function checkBucket(walk: Walk, bucket: Bucket, depth: number): void {
  if (bucket.root === 0) return;
  if (depth > 2000) throw new Death('fault', 'runtime: goroutine stack exceeds 1000000000-byte limit');
  const { tx } = walk;
  const old = tx.dialect === '1.3';
  const order: Order = { errors: [], death: null, regular: true };
  const errorsBefore = walk.errors;
  forEachPage(walk, order, [bucket.root], unbounded);
  if (!old) {
    order.errors.forEach(walk.error);
    if (order.death !== null) throw order.death;
  }
  if (order.regular && order.errors.length === 0 && walk.errors === errorsBefore) {
    // What follows would meet every row and find no bucket.
    tx.regular.add(bucket.root);
    return;
  }
  for (const row of forEach(tx, bucket)) {
    walk.step();
    if (!old && (row.flags & bucketLeafFlag) === 0) continue;
    const child = bucketOf(tx, bucket, tx.map.bytes(row.key.at, Math.min(row.key.length, mostNameBytes)));
    if (child.state === 'found') checkBucket(walk, child.bucket, depth + 1);
  }
}

/** db.freepages: the check of a tree without a stored freelist; dies at the first error. Returns what it does not notice. */
export function freepages(tx: Transaction): WrongClaim | null {
  const walk = walkOf(tx, (message) => {
    throw new Death('panic', `freepages: failed to get all reachable pages (${message})`);
  });
  checkBucket(walk, rootBucket(tx), 0);
  return walk.wrongClaim;
}

/** tx.Check with its errors, at most `most`. `freed` are the ids of a stored freelist, sorted; null when it is rebuilt. */
export function checkErrors(tx: Transaction, stored: readonly PageNumber[] | null, most = mostErrors): readonly string[] {
  const errors: string[] = [];
  const full = new Error('enough errors');
  const error: CheckError = (message) => {
    errors.push(message);
    if (errors.length >= most) throw full;
  };
  const freed = new Set<PageNumber>();
  const reachable = pagesOf(tx);
  try {
    for (const id of stored ?? []) {
      if (freed.has(id)) error(`page ${id}: already freed`);
      freed.add(id);
    }
    for (const id of [0, 1]) {
      page(tx, id);
      reachable.add(id);
    }
    if (BigInt(tx.freelist) !== noFreelist) {
      const list = page(tx, tx.freelist);
      for (let i = 0; i <= Math.min(list.overflow, 1_000_000); i++) reachable.add(typeof tx.freelist === 'number' ? tx.freelist + i : tx.freelist);
    }
    checkBucket(walkOf(tx, error, reachable, freed), rootBucket(tx), 0);
    if (stored !== null && typeof tx.highWater === 'number') {
      for (let id = 0; id < tx.highWater; id++) if (!reachable.has(id) && !freed.has(id)) error(`page ${id}: unreachable unfreed`);
    }
  } catch (thrown) {
    if (thrown !== full) throw thrown;
  }
  return errors;
}
