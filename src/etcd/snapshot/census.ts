import { combineCrc32c, crc32c } from '../../formats/crc32c.js';
import { bucketEntries, type Bolt, type BucketEntry, type Row } from '../../formats/bbolt/db.js';
import { inspectBucket, inspectTree, isBucketRow } from '../../formats/bbolt/inspect.js';
import type { Problem } from '../../formats/problem.js';
import { compactRevision, contentsOf, knownBuckets } from './contents.js';
import { keyLeaves } from './key-leaves.js';
import { leafScan, type LeafScan } from './leaf-scan.js';

/** The numbers of a database in which everything is as bbolt and etcd write it. */
export interface Census {
  /** CRC-32C as `snapshot status` prints it. */
  readonly hash: number;
  /** Rows of all buckets. */
  readonly rows: number;
  readonly revisions: number;
  readonly lastRevision: bigint;
  readonly liveKeys: number;
  /** Whether the rows of each key follow from each other; null when there were too many rows to tell. */
  readonly historyHolds: boolean | null;
  /** Rows of the small buckets, by bucket. */
  readonly small: ReadonlyMap<string, readonly Row[]>;
  readonly bucketNames: readonly string[];
}

/** A census that is fed with the file front to back. */
export interface CensusPass {
  /** The next bytes of the file: `bytes` starts at `offset`, pieces follow each other without gaps. */
  feed(bytes: Uint8Array, offset: number): void;
  /** The numbers, or null when anything at all is not clean. */
  finish(): Census | null;
}

/** Buckets other than `key` with more rows than this are left to the thorough reader. */
const mostSmallRows = 2_000_000;

interface SmallBuckets {
  readonly entries: readonly BucketEntry[];
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

/** Reads every bucket but `key`; null at the first irregularity. */
function readSmall(bolt: Bolt, visited: Set<number>): SmallBuckets | null {
  let clean = true;
  let total = 0;
  const report = (problem: Problem): void => {
    clean = clean && problem.severity === 'info';
  };
  const lost = (): void => {
    clean = false;
  };
  const active = bolt.metas.active;
  if (active === null || active.root >= BigInt(bolt.highWater)) return null;
  inspectTree(bolt, Number(active.root), visited, { report, lost, row: (row) => (isBucketRow(row) ? undefined : lost()) });
  if (!clean) return null;
  const entries = [...bucketEntries(bolt, new Set(), report)];
  const rows = new Map<string, Row[]>();
  for (const entry of entries) {
    const name = Buffer.from(entry.name).toString('latin1');
    if (name === 'key') continue;
    const list: Row[] = [];
    inspectBucket(bolt, entry, visited, { report, lost, row: (row) => (row.flags !== 0 || ++total > mostSmallRows ? lost() : void list.push(row)) });
    if (!clean) return null;
    rows.set(name, list);
  }
  if (entries.some((entry) => !knownBuckets.has(Buffer.from(entry.name).toString('latin1'))) || !rows.has('meta')) return null;
  return clean ? { entries, rows } : null;
}

function metasAreClean(bolt: Bolt): boolean {
  const { meta0, meta1 } = bolt.metas;
  return [meta0, meta1].every((meta, n) => meta !== null && meta.error === null && meta.headerId === BigInt(n) && meta.headerFlags === 4 && meta.pageSize === bolt.pageSize);
}

/** Starts a census; null when a first look already finds something irregular. */
export function startCensus(bolt: Bolt): CensusPass | null {
  if (bolt.metas.active === null || !metasAreClean(bolt) || bolt.highWater * bolt.pageSize > bolt.source.byteLength) return null;
  const visited = new Set<number>();
  const small = readSmall(bolt, visited);
  const key = small?.entries.find((entry) => Buffer.from(entry.name).toString('latin1') === 'key');
  if (small === null || key === undefined || key.root === null) return null;
  const leaves = keyLeaves(bolt, key.root, visited);
  if (leaves === null) return null;
  const compacted = Number(compactRevision(contentsOf(small.rows)) ?? 1n);
  const scan = leafScan(leaves, bolt.highWater, bolt.metas.littleEndian, compacted);
  const feeder = pageFeeder(bolt, leaves.orderOf, scan);
  return {
    feed: feeder.feed,
    finish: () => {
      if (!feeder.clean() || scan.scanned() !== leaves.count) return null;
      if (scan.freshRevisions() !== Math.max(0, scan.lastMain() - compacted)) return null;
      return tally(small, scan);
    },
  };
}

/** Cuts the stream of bytes into leaf pages; only a page across two pieces is put together in a buffer of its own. */
function pageFeeder(bolt: Bolt, orderOf: Uint32Array, scan: LeafScan): { feed: CensusPass['feed']; clean: () => boolean } {
  const { pageSize, highWater } = bolt;
  let clean = pageSize >= 1024;
  let page = 0;
  /** Start of a leaf whose end has not come yet, and how long it will be. */
  let waiting: Uint8Array | null = null;
  let filled = 0;

  /** Length of the page or leaf at `at`; 0 when its header is wrong. */
  const lengthAt = (view: DataView, at: number): number => (orderOf[page] === 0 ? pageSize : scan.lengthOf(view, at, page, pageSize));
  const take = (bytes: Uint8Array, view: DataView, at: number, length: number): void => {
    if (orderOf[page] !== 0 && !scan.leaf(bytes, view, at, page, pageSize)) clean = false;
    page += length / pageSize;
  };
  /** Completes the waiting page; returns how many bytes of the piece it took. */
  const complete = (piece: Uint8Array): number => {
    let used = 0;
    while (waiting !== null && clean && used < piece.length) {
      const part = piece.subarray(used, used + waiting.length - filled);
      waiting.set(part, filled);
      filled += part.length;
      used += part.length;
      if (filled < waiting.length) break;
      const view = new DataView(waiting.buffer, waiting.byteOffset, waiting.length);
      const length = lengthAt(view, 0);
      if (length === 0) clean = false;
      else if (length > waiting.length) {
        const longer = new Uint8Array(length);
        longer.set(waiting);
        waiting = longer;
      } else {
        take(waiting, view, 0, length);
        waiting = null;
      }
    }
    return used;
  };
  const feed = (piece: Uint8Array, offset: number): void => {
    if (!clean || page >= highWater) return;
    const used = waiting === null ? 0 : complete(piece);
    if (waiting !== null) return;
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    let at = Math.max(used, page * pageSize - offset);
    while (clean && page < highWater && at + pageSize <= piece.length) {
      const length = lengthAt(view, at);
      if (length === 0) clean = false;
      else if (at + length > piece.length) break;
      else {
        take(piece, view, at, length);
        at += length;
      }
    }
    if (!clean || page >= highWater || at >= piece.length) return;
    filled = piece.length - at;
    waiting = new Uint8Array(Math.max(pageSize, filled >= pageSize ? lengthAt(view, at) : pageSize));
    waiting.set(piece.subarray(at));
  };
  return { feed, clean: () => clean && page >= highWater };
}

/** Adds everything up in the order of `snapshot status`: bucket names ascending, keys ascending. */
function tally(small: SmallBuckets, scan: LeafScan): Census {
  let hash = 0;
  let rows = 0;
  for (const entry of small.entries) {
    hash = crc32c(entry.name, hash);
    const list = small.rows.get(Buffer.from(entry.name).toString('latin1'));
    if (list === undefined) {
      for (let i = 0; i < scan.crcs.length; i++) hash = combineCrc32c(hash, scan.crcs[i] ?? 0, scan.lengths[i] ?? 0);
      rows += scan.rows();
    } else {
      for (const row of list) hash = crc32c(row.value, crc32c(row.key, hash));
      rows += list.length;
    }
  }
  return {
    hash, rows, revisions: scan.rows(), lastRevision: BigInt(scan.lastMain()), liveKeys: scan.liveKeys(),
    historyHolds: scan.historyHolds(), small: small.rows,
    bucketNames: small.entries.map((entry) => Buffer.from(entry.name).toString('latin1')),
  };
}
