import type { Problem } from '../problem.js';
import type { ByteSource } from '../source.js';
import { bucketHeaderSize, bucketLeafFlag, noFreelist, pageFlag, pageHeaderSize } from './layout.js';
import { readMetas, type Metas } from './meta.js';
import type { ReachedPages } from './page-set.js';
import { branchElements, leafElements, pageOf, pageType, pagesOf, readPage, type Page } from './page.js';

/** An opened file. Opening never fails: what is wrong is in `metas` and in the problems of each walk. */
export interface Bolt {
  readonly source: ByteSource;
  readonly metas: Metas;
  readonly pageSize: number;
  /** First page that was never allocated, by the active meta; 0 when there is none. */
  readonly highWater: number;
  readonly freelistPersisted: boolean;
}

/** One entry of the root bucket. */
export interface BucketEntry {
  readonly name: Uint8Array;
  /** False for a plain key in the root, which etcd never writes. */
  readonly isBucket: boolean;
  /** Root page of the bucket, or null when it is inline. */
  readonly root: number | null;
  /** The inline leaf page, when it is inline. */
  readonly inline: Page | null;
  readonly page: number;
}

/** One row of a bucket. `page` is the page that holds it. The bytes stay valid. */
export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly flags: number;
  readonly page: number;
  /** Where its value begins in the file. */
  readonly valueAt: number;
}

export type Report = (problem: Problem) => void;

/** Depth of a tree beyond which it cannot be real: 64 levels of at least two children. */
const maxDepth = 64;

/** Opens a bbolt file for reading. */
export function openBolt(source: ByteSource): Bolt {
  const metas = readMetas(source);
  const highWater = metas.active === null ? 0n : metas.active.highWater;
  const most = Math.ceil(source.byteLength / metas.pageSize) + 1_000_000;
  return {
    source,
    metas,
    pageSize: metas.pageSize,
    highWater: highWater > BigInt(Number.MAX_SAFE_INTEGER) ? most : Number(highWater),
    freelistPersisted: metas.active !== null && metas.active.freelist !== noFreelist,
  };
}

const printable = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 64)).toString('latin1').replace(/[^\x20-\x7e]/g, '.');

function problem(code: string, page: number, pageSize: number, message: string, severity: Problem['severity'] = 'fatal'): Problem {
  return { code, severity, page, offset: page * pageSize, message };
}

/**
 * Leaf pages below a page, in key order, each once. Pages that are out of bounds, of the wrong type,
 * with another id, or reached before are reported and left out.
 */
export function* leafPages(bolt: Bolt, root: number, visited: ReachedPages, report: Report): Generator<Page> {
  const work: { readonly number: number; readonly depth: number; readonly path: readonly number[] }[] = [{ number: root, depth: 0, path: [] }];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const { number, depth } = at;
    const path = [...at.path, number];
    if (number >= bolt.highWater) {
      report(problem('bbolt.out-of-bounds', number, bolt.pageSize, `page ${number}: out of bounds: ${bolt.highWater} (stack: [${path.join(' ')}])`));
      continue;
    }
    if (number < 2 || visited.has(number) || depth > maxDepth) {
      report(problem('bbolt.multiple-references', number, bolt.pageSize, `page ${number}: multiple references (stack: [${path.join(' ')}])`));
      continue;
    }
    const page = readPage(bolt.source, number, bolt.pageSize, bolt.metas.littleEndian);
    if (page === null || page.cut) {
      report(problem('bbolt.beyond-end', number, bolt.pageSize, `page ${number} lies beyond the end of the file (${bolt.source.byteLength} bytes)`));
      if (page === null) continue;
    }
    for (let n = number; n < number + pagesOf(page, bolt.pageSize); n++) visited.add(n);
    if (page.id !== BigInt(number)) {
      report(problem('bbolt.page-id', number, bolt.pageSize, `Page expected to be: ${number}, but self identifies as ${page.id}`));
    }
    if (page.flags === pageFlag.leaf) yield page;
    else if (page.flags === pageFlag.branch) {
      const children: { number: number; depth: number; path: readonly number[] }[] = [];
      for (const element of branchElements(page)) {
        if (element === null) report(problem('bbolt.element-outside', number, bolt.pageSize, `page ${number}: an element of the branch page leaves the page`));
        else if (element.child > BigInt(Number.MAX_SAFE_INTEGER)) report(problem('bbolt.out-of-bounds', number, bolt.pageSize, `page ${element.child}: out of bounds: ${bolt.highWater} (stack: [${path.join(' ')}])`));
        else children.push({ number: Number(element.child), depth: depth + 1, path });
      }
      work.push(...children.reverse());
    } else {
      report(problem('bbolt.page-type', number, bolt.pageSize, `page ${number}: invalid type: ${pageType(page.flags)} (stack: [${path.join(' ')}])`));
    }
  }
}

function rowsOf(page: Page, bolt: Bolt, report: Report): Row[] {
  const rows: Row[] = [];
  for (const element of leafElements(page)) {
    if (element === null) report(problem('bbolt.element-outside', page.number, bolt.pageSize, `page ${page.number}: an element of the leaf page leaves the page`));
    else rows.push({ key: element.key, value: element.value, flags: element.flags, page: page.number, valueAt: page.at + element.valueAt });
  }
  if (pageHeaderSize + page.count * 16 > page.bytes.length) {
    report(problem('bbolt.count', page.number, bolt.pageSize, `page ${page.number}: ${page.count} elements do not fit into ${page.bytes.length} bytes`));
  }
  return rows;
}

/** Entries of the root bucket, in order. */
export function* bucketEntries(bolt: Bolt, visited: ReachedPages, report: Report): Generator<BucketEntry> {
  const { active } = bolt.metas;
  if (active === null) return;
  if (active.root > BigInt(Number.MAX_SAFE_INTEGER)) {
    report(problem('bbolt.out-of-bounds', 0, bolt.pageSize, `root bucket pgid (${active.root}) above high water mark (${bolt.highWater})`));
    return;
  }
  for (const page of leafPages(bolt, Number(active.root), visited, report)) {
    for (const row of rowsOf(page, bolt, report)) {
      if ((row.flags & bucketLeafFlag) === 0) {
        yield { name: row.key, isBucket: false, root: null, inline: null, page: row.page };
        continue;
      }
      if (row.value.length < bucketHeaderSize) {
        report(problem('bbolt.bucket-header', row.page, bolt.pageSize, `bucket "${printable(row.key)}" has no header`));
        continue;
      }
      const view = new DataView(row.value.buffer, row.value.byteOffset, row.value.length);
      const root = view.getBigUint64(0, bolt.metas.littleEndian);
      if (root !== 0n) {
        yield { name: row.key, isBucket: true, root: root > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(root), inline: null, page: row.page };
        continue;
      }
      const body = row.value.subarray(bucketHeaderSize);
      if (body.length < pageHeaderSize) {
        report(problem('bbolt.bucket-header', row.page, bolt.pageSize, `inline bucket "${printable(row.key)}" has no page`));
        continue;
      }
      const inline = pageOf(body, row.page, row.valueAt + bucketHeaderSize, bolt.metas.littleEndian);
      if (inline.id !== 0n || inline.flags !== pageFlag.leaf) {
        report(problem('bbolt.inline-page', row.page, bolt.pageSize, `inline bucket "${printable(row.key)}": id ${inline.id}, type ${pageType(inline.flags)}`));
      }
      yield { name: row.key, isBucket: true, root: null, inline, page: row.page };
    }
  }
}

/** Rows of one bucket in key order. */
export function* bucketRows(bolt: Bolt, bucket: BucketEntry, visited: ReachedPages, report: Report): Generator<Row> {
  if (bucket.inline !== null) yield* rowsOf(bucket.inline, bolt, report);
  else if (bucket.root !== null) for (const page of leafPages(bolt, bucket.root, visited, report)) yield* rowsOf(page, bolt, report);
}
