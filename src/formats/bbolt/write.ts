import { bucketHeaderSize, bucketLeafFlag, elementSize, formatVersion, magic, metaAt, noFreelist, pageFlag, pageHeaderSize } from './layout.js';
import { fnv1a64 } from './meta.js';

/** A bucket to be written: rows with ascending keys. */
export interface NewBucket {
  readonly name: Uint8Array;
  readonly rows: Iterable<NewRow>;
}

export interface NewRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Takes finished pages; offsets ascend but for the two meta pages, which come last. */
export type PageSink = (bytes: Uint8Array, offset: number) => void;

interface Child {
  readonly key: Uint8Array;
  readonly page: number;
}

interface Element extends NewRow {
  readonly flags: number;
}

/** Lays out one leaf or branch page, packed as bbolt's writer packs it (internal/common/inode.go). */
function packPage(id: number, elements: readonly (Element | Child)[], leaf: boolean, pageSize: number, room?: number): Uint8Array {
  const isRow = (e: Element | Child): e is Element => 'value' in e;
  const size = elements.reduce((sum, e) => sum + elementSize + e.key.length + (isRow(e) ? e.value.length : 0), pageHeaderSize);
  const bytes = new Uint8Array(room ?? Math.ceil(size / pageSize) * pageSize);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(id), true);
  view.setUint16(8, leaf ? pageFlag.leaf : pageFlag.branch, true);
  view.setUint16(10, elements.length, true);
  view.setUint32(12, room === undefined ? bytes.length / pageSize - 1 : 0, true);
  let data = pageHeaderSize + elements.length * elementSize;
  elements.forEach((e, i) => {
    const at = pageHeaderSize + i * elementSize;
    if (isRow(e)) {
      view.setUint32(at, e.flags, true);
      view.setUint32(at + 4, data - at, true);
      view.setUint32(at + 8, e.key.length, true);
      view.setUint32(at + 12, e.value.length, true);
      bytes.set(e.key, data);
      bytes.set(e.value, data + e.key.length);
      data += e.key.length + e.value.length;
    } else {
      view.setUint32(at, data - at, true);
      view.setUint32(at + 4, e.key.length, true);
      view.setBigUint64(at + 8, BigInt(e.page), true);
      bytes.set(e.key, data);
      data += e.key.length;
    }
  });
  return bytes;
}

/** Writes the two meta pages: transaction `txid` and the one before it, otherwise equal, as Tx.WriteTo does. */
function packMeta(page: 0 | 1, txid: bigint, root: number, highWater: number, pageSize: number): Uint8Array {
  const bytes = new Uint8Array(pageSize);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(page), true);
  view.setUint16(8, pageFlag.meta, true);
  view.setUint32(metaAt.magic, magic, true);
  view.setUint32(metaAt.version, formatVersion, true);
  view.setUint32(metaAt.pageSize, pageSize, true);
  view.setBigUint64(metaAt.root, BigInt(root), true);
  view.setBigUint64(metaAt.freelist, noFreelist, true);
  view.setBigUint64(metaAt.highWater, BigInt(highWater), true);
  view.setBigUint64(metaAt.txid, txid, true);
  view.setBigUint64(metaAt.checksum, fnv1a64(bytes.subarray(metaAt.magic, metaAt.checksum)), true);
  return bytes;
}

/**
 * Writes a new bbolt file without free pages and without a stored freelist, little endian. Bucket names
 * and keys must ascend. Holds one branch key per leaf page in memory.
 * @returns the size of the file in bytes: high-water mark times page size
 */
export function writeBolt(buckets: Iterable<NewBucket>, sink: PageSink, pageSize = 4096): number {
  let next = 2;
  const emit = (bytes: Uint8Array): number => {
    const id = next;
    sink(bytes, id * pageSize);
    next += bytes.length / pageSize;
    return id;
  };
  /** Fills pages one after the other; returns the first key and the number of each. */
  function* pages(elements: Iterable<Element | Child>, leaf: boolean): Generator<Child> {
    let batch: (Element | Child)[] = [];
    let size = pageHeaderSize;
    const flush = (): Child => {
      const child = { key: batch[0]?.key ?? new Uint8Array(), page: emit(packPage(next, batch, leaf, pageSize)) };
      batch = [];
      size = pageHeaderSize;
      return child;
    };
    for (const element of elements) {
      const cost = elementSize + element.key.length + ('value' in element ? element.value.length : 0);
      if (batch.length > 0 && (size + cost > pageSize || batch.length >= 0xfffe)) yield flush();
      batch.push(element);
      size += cost;
    }
    if (batch.length > 0 || leaf) yield flush();
  }
  const tree = (elements: Iterable<Element>): number => {
    let level = [...pages(elements, true)];
    while (level.length > 1) level = [...pages(level, false)];
    return level[0]?.page ?? 0;
  };
  const rows = function* (bucket: NewBucket): Generator<Element> {
    for (const row of bucket.rows) yield { ...row, flags: 0 };
  };
  const root: Element[] = [];
  for (const bucket of buckets) root.push({ key: bucket.name, value: bucketValue(rows(bucket), tree, pageSize), flags: bucketLeafFlag });
  const rootPage = tree(root);
  sink(packMeta(0, 2n, rootPage, next, pageSize), 0);
  sink(packMeta(1, 1n, rootPage, next, pageSize), pageSize);
  return next * pageSize;
}

/** A bucket's entry in the root: inline when its only page is small enough (bucket.go inlineable), else its root page. */
function bucketValue(rows: Iterable<Element>, tree: (elements: Iterable<Element>) => number, pageSize: number): Uint8Array {
  const head: Element[] = [];
  let size = pageHeaderSize;
  const iterator = rows[Symbol.iterator]();
  for (let step = iterator.next(); ; step = iterator.next()) {
    if (step.done === true) {
      const value = new Uint8Array(bucketHeaderSize + size);
      value.set(packPage(0, head, true, pageSize, size), bucketHeaderSize);
      return value;
    }
    head.push(step.value);
    size += elementSize + step.value.key.length + step.value.value.length;
    if (size > pageSize / 4) break;
  }
  const all = function* (): Generator<Element> {
    yield* head;
    for (let step = iterator.next(); step.done !== true; step = iterator.next()) yield step.value;
  };
  const value = new Uint8Array(bucketHeaderSize);
  new DataView(value.buffer).setBigUint64(0, BigInt(tree(all())), true);
  return value;
}
