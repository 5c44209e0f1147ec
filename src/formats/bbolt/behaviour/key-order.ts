import { elementSize, pageFlag, pageHeaderSize } from '../layout.js';
import { Death } from '../../death.js';
import type { MappedFile, PageNumber } from './mapped-file.js';
import { branchKey, isLeaf, isPlainRow, leafKey, type MappedPage, type Slice } from './pages.js';
import type { Transaction } from './tree.js';

const hex = (tx: Transaction, slice: Slice | null): string => (slice === null ? '' : Buffer.from(tx.map.available(slice.at, Math.min(slice.length, 65536))).toString('hex'));
export const stackText = (stack: readonly PageNumber[]): string => `[${stack.join(' ')}]`;

/** More errors than this are not told. */
export const mostErrors = 2000;

/** What is found about the order of keys while the pages are followed. bbolt looks for it after that, and up to 1.3.6 not at all. */
export interface Order {
  readonly errors: string[];
  /** What the check of order ends with. */
  death: Death | null;
  /** Nothing was found, nor anything else that no bbolt writes. */
  regular: boolean;
}

/** A step of the check of order. What it dies of is kept for later. */
export function inOrder<T>(order: Order, step: () => T): T | null {
  if (order.death !== null || order.errors.length >= mostErrors) return null;
  try {
    return step();
  } catch (thrown) {
    if (!(thrown instanceof Death)) throw thrown;
    order.regular = false;
    order.death = thrown;
    return null;
  }
}

/** Bounds of what lies below a page: the key that leads to it, and the one behind. */
export interface Bounds {
  readonly min: Slice | null;
  readonly max: Slice | null;
}

export const unbounded: Bounds = { min: null, max: null };

function verifyOrder(tx: Transaction, { errors }: Order, id: PageNumber, kind: string, index: number, key: Slice, previous: Slice | null, max: Slice | null, stack: readonly PageNumber[]): void {
  const order = previous === null ? -1 : tx.map.compare(previous.at, previous.length, key.at, key.length);
  const text = (): string => `key[${index}]=(hex)${hex(tx, key)} on ${kind} page(${id})`;
  if (index === 0 && previous !== null && order > 0) {
    errors.push(`the first ${text()} needs to be >= the key in the ancestor (${hex(tx, previous)}). Stack: ${stackText(stack)}`);
  }
  if (index > 0) {
    const found = previous === null ? Math.sign(0 - key.length) : order;
    if (found > 0) errors.push(`${text()} needs to be > (found <) than previous element (hex)${hex(tx, previous)}. Stack: ${stackText(stack)}`);
    if (found === 0) errors.push(`${text()} needs to be > (found =) than previous element (hex)${hex(tx, previous)}. Stack: ${stackText(stack)}`);
  }
  if (max !== null && tx.map.compare(key.at, key.length, max.at, max.length) >= 0) {
    errors.push(`${text()} needs to be < than key of the next element in ancestor (hex)${hex(tx, previous)}. Pages stack: ${stackText(stack)}`);
  }
}

/** The keys on both sides of a child of a branch page. `previous`: the largest key before it. */
export function checkBranch(tx: Transaction, order: Order, p: MappedPage, index: number, child: PageNumber, previous: Slice | null, max: Slice | null, stack: readonly PageNumber[]): Bounds {
  const min = branchKey(tx.map, p, index);
  verifyOrder(tx, order, child, 'branch', index, min, previous, max, stack);
  return { min, max: index < p.count - 1 ? branchKey(tx.map, p, index + 1) : max };
}

/** The order of a leaf page, or what else it is. Returns its largest key. */
export function checkLeaf(tx: Transaction, order: Order, p: MappedPage, { min, max }: Bounds, stack: readonly PageNumber[]): Slice | null {
  if (stack.length > 5000) throw new Death('fault', 'runtime: goroutine stack exceeds 1000000000-byte limit');
  const id = stack[stack.length - 1] ?? 0;
  const last = (): Slice | null => (p.count > 0 ? leafKey(tx.map, p, p.count - 1) : null);
  if (isRegularLeaf(tx.map, p, min, max)) return last();
  order.regular = false;
  if (!isLeaf(p, tx.dialect)) {
    order.errors.push(`unexpected page type (flags: ${p.flags.toString(16)}) for pgId:${id}`);
    return null;
  }
  let running = min;
  for (let i = 0; i < p.count; i++) {
    const key = leafKey(tx.map, p, i);
    verifyOrder(tx, order, id, 'leaf', i, key, running, max, stack);
    running = key;
  }
  return last();
}

const isWithin = (map: MappedFile, { at, length }: Slice): boolean => at + length <= map.fileSize;

/** Whether a page is a leaf whose rows are plain and ascend from its lower bound to below its upper one. Does not read outside the file. */
function isRegularLeaf(map: MappedFile, p: MappedPage, min: Slice | null, max: Slice | null): boolean {
  if (p.flags !== pageFlag.leaf || p.count === 0 || !isWithin(map, { at: p.at, length: pageHeaderSize + p.count * elementSize })) return false;
  let previous: Slice | null = null;
  for (let i = 0; i < p.count; i++) {
    if (!isPlainRow(map, p, i)) return false;
    const key = leafKey(map, p, i);
    if (previous !== null && map.compare(previous.at, previous.length, key.at, key.length) !== -1) return false;
    previous = key;
  }
  const [first, last] = [leafKey(map, p, 0), previous ?? leafKey(map, p, 0)];
  if (min !== null && (!isWithin(map, min) || map.compare(min.at, min.length, first.at, first.length) === 1)) return false;
  return max === null || (isWithin(map, max) && map.compare(last.at, last.length, max.at, max.length) === -1);
}
