import { crc32c } from '../../formats/crc32c.js';
import { bucketEntries, type Bolt, type BucketEntry, type Row } from '../../formats/bbolt/db.js';
import { inspectBucket, inspectTree, isBucketRow } from '../../formats/bbolt/inspect.js';
import { writesLeft } from '../../formats/bbolt/meta.js';
import type { Problem } from '../../formats/problem.js';
import { latin1 } from '../../formats/latin1.js';
import { compactRevision, contentsOf, knownBuckets } from './contents.js';
import { keyLeaves } from './key-leaves.js';
import { LeafScan } from './leaf-scan.js';
import { PageFeeder } from './page-feeder.js';

/** The numbers of a database in which everything is as bbolt and etcd write it. */
export interface Census {
  /** CRC-32C as `snapshot status` prints it; null where it was not asked for. */
  readonly hash: number | null;
  /** Rows of all buckets. */
  readonly rows: number;
  readonly revisions: number;
  readonly lastRevision: bigint;
  readonly liveKeys: number;
  /** Whether the rows of each key follow from each other; null when there were too many rows to tell. */
  readonly historyHolds: boolean | null;
  /** Rows of the small buckets, by bucket. */
  readonly small: ReadonlyMap<string, readonly Row[]>;
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
    const name = latin1(entry.name);
    if (name === 'key') continue;
    const list: Row[] = [];
    inspectBucket(bolt, entry, visited, { report, lost, row: (row) => (row.flags !== 0 || ++total > mostSmallRows ? lost() : void list.push(row)) });
    if (!clean) return null;
    rows.set(name, list);
  }
  if (entries.some((entry) => !knownBuckets.has(latin1(entry.name))) || !rows.has('meta')) return null;
  return clean ? { entries, rows } : null;
}

function metasAreClean(bolt: Bolt): boolean {
  const { meta0, meta1, active } = bolt.metas;
  return active !== null && writesLeft(active.txid) === undefined && [meta0, meta1].every((meta, n) => meta !== null && meta.error === null && meta.headerId === BigInt(n) && meta.headerFlags === 4 && meta.pageSize === bolt.pageSize);
}

/** Starts a census, with the status hash where that is wanted: it takes a third of the time. Null when a first look already finds something irregular. */
export function startCensus(bolt: Bolt, hashing: boolean): CensusPass | null {
  if (!metasAreClean(bolt) || bolt.highWater * bolt.pageSize > bolt.source.byteLength) return null;
  const visited = new Set<number>();
  const small = readSmall(bolt, visited);
  const key = small?.entries.find((entry) => latin1(entry.name) === 'key');
  if (small === null || key === undefined || key.root === null) return null;
  const leaves = keyLeaves(bolt, key.root, visited);
  if (leaves === null) return null;
  const compacted = Number(compactRevision(contentsOf(small.rows)) ?? 1n);
  const scan = new LeafScan(leaves, bolt.highWater, bolt.metas.littleEndian, compacted, hashing);
  const feeder = new PageFeeder(bolt, leaves.orderOf, scan);
  return {
    feed: (bytes, offset) => feeder.feed(bytes, offset),
    finish: () => {
      if (!feeder.clean() || scan.scanned !== leaves.count) return null;
      if (scan.freshRevisions !== Math.max(0, scan.lastMain - compacted)) return null;
      return tally(small, scan, hashing);
    },
  };
}

/** The hash of `snapshot status`: bucket names ascending, keys ascending. */
function statusHash(small: SmallBuckets, scan: LeafScan): number {
  let hash = 0;
  for (const entry of small.entries) {
    hash = crc32c(entry.name, hash);
    const rows = small.rows.get(latin1(entry.name));
    if (rows === undefined) hash = scan.continueHash(hash);
    else for (const row of rows) hash = crc32c(row.value, crc32c(row.key, hash));
  }
  return hash;
}

function tally(small: SmallBuckets, scan: LeafScan, hashing: boolean): Census {
  return {
    hash: hashing ? statusHash(small, scan) : null,
    rows: [...small.rows.values()].reduce((sum, rows) => sum + rows.length, scan.rows),
    revisions: scan.rows, lastRevision: BigInt(scan.lastMain), liveKeys: scan.liveKeys(), historyHolds: scan.historyHolds(), small: small.rows,
  };
}
