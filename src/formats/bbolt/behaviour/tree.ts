import { bucketLeafFlag } from '../layout.js';
import { Death, panic } from '../../death.js';
import type { Dialect } from './dialect.js';
import type { MappedFile, PageNumber } from './mapped-file.js';
import { branchChild, branchKey, fastCheck, isBranch, isLeaf, leafKey, leafRow, pageAt, pageOfId, type LeafRow, type MappedPage, type Slice } from './pages.js';

/** An open database as one transaction sees it. */
export interface Transaction {
  readonly map: MappedFile;
  readonly pageSize: number;
  readonly dialect: Dialect;
  /** Root page of the root bucket. */
  readonly root: PageNumber;
  readonly highWater: PageNumber;
  readonly freelist: PageNumber;
  /**
   * Root pages of buckets that were found regular: rows ascend from page to page between the keys that lead to them,
   * all lie within the file, and none is a bucket. Every cursor passes all of them in order, every search finds its row.
   */
  readonly regular: Set<PageNumber>;
}

/** A bucket: root page 0 means that its only page is inline, at `inline`. */
export interface Bucket {
  readonly root: PageNumber;
  readonly inline: MappedPage | null;
}

export const rootBucket = (tx: Transaction): Bucket => ({ root: tx.root, inline: null });

/** tx.page(id) */
export function page(tx: Transaction, id: PageNumber): MappedPage {
  const found = pageOfId(tx.map, id, tx.pageSize);
  fastCheck(found, id, tx.dialect);
  return found;
}

function pageNode(tx: Transaction, bucket: Bucket, id: PageNumber): MappedPage {
  if (bucket.root === 0) {
    if (id !== 0) panic(`inline bucket non-zero page access(2): ${id} != 0`);
    if (bucket.inline !== null) return bucket.inline;
  }
  return page(tx, id);
}

interface StackEntry {
  readonly page: MappedPage;
  index: number;
}

/** bbolt's cursor (cursor.go): the same steps, so that it goes astray where bbolt does. */
export interface Cursor {
  first(): LeafRow | null;
  next(): LeafRow | null;
  /** The row at or after a key, as `seek` finds it by binary search, without moving on at a page's end. */
  seekExact(key: Uint8Array): LeafRow | null;
  /** Seek of the public interface: moves on when the page ends. */
  seek(key: Uint8Array): LeafRow | null;
}

/** Depth of a cursor that is going in a circle. */
const endless = 100_000;

/** Go's sort.Search over `count` items. */
function search(count: number, atOrAfter: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (atOrAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function cursorOf(tx: Transaction, bucket: Bucket): Cursor {
  const { map, dialect } = tx;
  let stack: StackEntry[] = [];
  const top = (): StackEntry => stack[stack.length - 1] ?? panic('index out of range [-1]');

  const down = (): void => {
    for (;;) {
      const ref = top();
      if (isLeaf(ref.page, dialect)) return;
      if (stack.length > endless) throw new Death('timeout', 'a cursor goes down for ever');
      stack.push({ page: pageNode(tx, bucket, branchChild(map, ref.page, ref.index)), index: 0 });
    }
  };
  const row = (): LeafRow | null => {
    const ref = top();
    return ref.index >= ref.page.count ? null : leafRow(map, ref.page, ref.index);
  };
  const next = (): LeafRow | null => {
    for (;;) {
      let i = stack.length - 1;
      for (; i >= 0; i--) {
        const entry = stack[i];
        if (entry !== undefined && entry.index < entry.page.count - 1) {
          entry.index++;
          break;
        }
      }
      if (i === -1) return null;
      stack.length = i + 1;
      down();
      if (top().page.count === 0) continue;
      return row();
    }
  };
  const descend = (key: Uint8Array, id: PageNumber): void => {
    for (let at = id; ; ) {
      const found = pageNode(tx, bucket, at);
      if (!isBranch(found, dialect) && !isLeaf(found, dialect)) panic(`invalid page type: ${found.id}: ${found.flags.toString(16)}`);
      const entry: StackEntry = { page: found, index: 0 };
      stack.push(entry);
      if (stack.length > endless) panic('runtime: goroutine stack exceeds 1000000000-byte limit');
      if (isLeaf(found, dialect)) {
        entry.index = search(found.count, (i) => {
          const k = leafKey(map, found, i);
          return map.compareWith(k.at, k.length, key) !== -1;
        });
        return;
      }
      let exact = false;
      let index = search(found.count, (i) => {
        const k = branchKey(map, found, i);
        const order = map.compareWith(k.at, k.length, key);
        if (order === 0) exact = true;
        return order !== -1;
      });
      if (!exact && index > 0) index--;
      entry.index = index;
      if (found.count === 0) panic('runtime error: index out of range [0] with length 0');
      at = branchChild(map, found, index);
    }
  };
  return {
    first: () => {
      stack = [{ page: pageNode(tx, bucket, bucket.root), index: 0 }];
      down();
      return top().page.count === 0 ? next() : row();
    },
    next,
    seekExact: (key) => {
      stack = [];
      descend(key, bucket.root);
      return row();
    },
    seek: (key) => {
      stack = [];
      descend(key, bucket.root);
      const ref = top();
      return ref.index >= ref.page.count ? next() : row();
    },
  };
}

/** Bucket.openBucket: reads the header of a bucket value, and finds the inline page. */
function openBucket(tx: Transaction, value: Slice): Bucket {
  if (value.length === 0) panic('runtime error: index out of range [0] with length 0');
  const root = tx.map.u64(value.at);
  if (root !== 0) return { root, inline: null };
  if (value.length <= 16) panic(`runtime error: index out of range [16] with length ${value.length}`);
  return { root: 0, inline: pageAt(tx.map, value.at + 16) };
}

/** `found`: the bucket; `none`: no entry of that name; `not-a-bucket`: a plain row has that name. */
export type BucketLookup = { readonly state: 'found'; readonly bucket: Bucket } | { readonly state: 'none' | 'not-a-bucket' };

/** Bucket.Bucket(name): nil for anything but `found`. */
export function bucketOf(tx: Transaction, parent: Bucket, name: Uint8Array): BucketLookup {
  const row = cursorOf(tx, parent).seekExact(name);
  if (row === null || row.key.length !== name.length || tx.map.compareWith(row.key.at, row.key.length, name) !== 0) return { state: 'none' };
  if ((row.flags & bucketLeafFlag) === 0) return { state: 'not-a-bucket' };
  return { state: 'found', bucket: openBucket(tx, row.value) };
}

/** Bucket.ForEach in the cursor's order. Values of nested buckets are empty. */
export function* forEach(tx: Transaction, bucket: Bucket): Generator<LeafRow> {
  const cursor = cursorOf(tx, bucket);
  for (let row = cursor.first(); row !== null; row = cursor.next()) yield row;
}
