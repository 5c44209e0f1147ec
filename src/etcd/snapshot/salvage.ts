import { bucketEntries, openBolt, type Bolt, type Row } from '../../formats/bbolt/db.js';
import { inspectBucket, keptRange, keptRow, type LostRange } from '../../formats/bbolt/inspect.js';
import { pageFlag, pageHeaderSize } from '../../formats/bbolt/layout.js';
import { PageSet, type ReachedPages } from '../../formats/bbolt/page-set.js';
import { isContiguous, leafElements, pageOf, readPage } from '../../formats/bbolt/page.js';
import { readAhead } from '../../formats/read-ahead.js';
import type { ByteSource } from '../../formats/source.js';
import { latin1 } from '../../formats/latin1.js';
import { parseKeyValue } from '../key-value.js';
import { parseRevision, revisionKey } from '../revision-key.js';
import { compactRevision, contentsOf } from './contents.js';
import { checkRow } from './row-checks.js';

/**
 * How far a salvaged version can be trusted. `whole`: on a page that the tree reaches, packed and ordered
 * as etcd writes it. `doubtful`: on a reachable page on which something else is wrong. `stale`: on a page
 * that no tree reaches any more; the row itself is whole, but it may have been compacted since.
 */
export type Confidence = 'whole' | 'doubtful' | 'stale';

/** One version of one key that survived. Its value stays in the file: `valueOfRow` reads it. */
export interface SalvagedRow {
  readonly key: string;
  readonly main: bigint;
  readonly sub: bigint;
  readonly tombstone: boolean;
  readonly createRevision: bigint;
  readonly version: bigint;
  readonly page: number;
  readonly confidence: Confidence;
  /** Where the KeyValue message begins in the file, and its length. */
  readonly valueAt: number;
  readonly valueLength: number;
}

/** Everything that could be read from a file, whatever its state. */
export interface Salvage {
  readonly source: ByteSource;
  /** By revision, ascending; one row for each. */
  readonly rows: readonly SalvagedRow[];
  readonly small: ReadonlyMap<string, readonly Row[]>;
  readonly compactRevision: bigint;
  /** Ranges of bucket `key` that the tree promises and no page holds. */
  readonly lost: readonly LostRange[];
  /** Leaves to which the tree leads and whose headers no longer say so; their rows are doubtful. */
  readonly recovered: ReadonlySet<number>;
}

const rank: Readonly<Record<Confidence, number>> = { whole: 0, doubtful: 1, stale: 2 };
const nothing = (): void => undefined;

/** The key under which bbolt holds a row. */
export const keyOfRow = ({ main, sub, tombstone }: SalvagedRow): Uint8Array => revisionKey(main, sub, tombstone);

/** The KeyValue message of a row, read from the file; holds until the next one is asked for. */
export const valueOfRow = ({ source }: Salvage, row: SalvagedRow): Uint8Array => source.read(row.valueAt, row.valueLength);

interface Collected {
  readonly rows: SalvagedRow[];
  readonly add: (row: Row, pageSize: number, confidence: Confidence) => void;
}

function collected(): Collected {
  const rows: SalvagedRow[] = [];
  /** Each key once, however many versions it has. */
  const keys = new Map<string, string>();
  return {
    rows,
    add: (row, pageSize, confidence) => {
      const sound = checkRow(row, pageSize, nothing);
      if (sound === null || sound.key.length === 0) return;
      const name = latin1(sound.key);
      const key = keys.get(name) ?? name;
      keys.set(key, key);
      const { main, sub, tombstone, createRevision, version } = sound;
      rows.push({ key, main, sub, tombstone, createRevision, version, page: row.page, confidence, valueAt: row.valueAt, valueLength: row.value.length });
    },
  };
}

/** The rows in order of revision; of several of one revision the one that can be trusted most, the first found among equals. */
function onePerRevision(rows: readonly SalvagedRow[]): SalvagedRow[] {
  const inOrder = [...rows].sort((a, b) => (a.main !== b.main ? (a.main < b.main ? -1 : 1) : a.sub !== b.sub ? (a.sub < b.sub ? -1 : 1) : rank[a.confidence] - rank[b.confidence]));
  return inOrder.filter((row, i) => row.main !== inOrder[i - 1]?.main || row.sub !== inOrder[i - 1]?.sub);
}

const isIn = (key: Uint8Array, { from, to }: LostRange): boolean => (from === null || Buffer.compare(key, from) >= 0) && (to === null || Buffer.compare(key, to) < 0);

/** Rows of a page if it is one that bbolt wrote as a leaf of bucket `key`, whatever its type says now; none of any other. */
function leafOf(bolt: Bolt, number: number): Row[] {
  const page = readPage(bolt.source, number, bolt.pageSize, bolt.metas.littleEndian, pageFlag.leaf);
  if (page === null || page.cut || page.count === 0 || page.overflow > 4096 || !isContiguous(page)) return [];
  return [...leafElements(page)].flatMap((element) => (element === null || parseRevision(element.key) === null ? [] : { key: element.key, value: element.value, flags: element.flags, page: number, valueAt: page.at + element.valueAt }));
}

/** Pages that look like leaves of bucket `key` but that no tree reaches; every page start is tried once. */
function scanStale(bolt: Bolt, reached: Pick<ReachedPages, 'has'>, into: Collected): void {
  const pages = Math.floor(bolt.source.byteLength / bolt.pageSize);
  for (let number = 2; number < pages; number++) {
    if (reached.has(number)) continue;
    const head = bolt.source.read(number * bolt.pageSize, pageHeaderSize);
    if (head.length === pageHeaderSize && pageOf(head, number, 0, bolt.metas.littleEndian).flags === pageFlag.leaf) leafOf(bolt, number).forEach((row) => into.add(row, bolt.pageSize, 'stale'));
  }
}

/** Salvages a file: the tree first, then every page that it does not reach. The input is only read. */
export function salvage(file: ByteSource): Salvage {
  const source = readAhead(file);
  const bolt = openBolt(source);
  const into = collected();
  const small = new Map<string, Row[]>();
  const visited = new PageSet(bolt.source.byteLength, bolt.pageSize);
  const lost: LostRange[] = [];
  const doubtfulPages = new Set<number>();
  for (const entry of bucketEntries(bolt, visited, nothing)) {
    if (!entry.isBucket) continue;
    const name = latin1(entry.name);
    const list: Row[] = [];
    inspectBucket(bolt, entry, visited, {
      report: (problem) => void (problem.page === null ? undefined : doubtfulPages.add(problem.page)),
      lost: (range) => (name === 'key' ? lost.push(keptRange(range)) : undefined),
      row: (row) => (name === 'key' ? into.add(row, bolt.pageSize, 'whole') : void list.push(keptRow(row))),
    });
    if (name !== 'key') small.set(name, list);
  }
  const reached = into.rows.map((row) => (doubtfulPages.has(row.page) ? { ...row, confidence: 'doubtful' as const } : row));
  into.rows.length = 0;
  const recovered = new Set<number>();
  for (const range of lost) {
    // Of the page to which the tree leads, the header alone may be hit.
    const rows = leafOf(bolt, range.page);
    if (rows.length === 0 || !rows.every(({ key }) => isIn(key, range))) continue;
    recovered.add(range.page);
    for (const row of rows) into.add(row, bolt.pageSize, 'doubtful');
  }
  scanStale(bolt, visited, into);
  return {
    source, rows: onePerRevision([...reached, ...into.rows]), small, compactRevision: compactRevision(contentsOf(small)) ?? 1n,
    lost: lost.filter(({ page }) => !recovered.has(page)), recovered,
  };
}

/**
 * Whether a row is one of the content that was: those of the tree, above the compacted revision also those of stale
 * pages, since the row of a revision never changes; below it a stale row only fills a lost range.
 */
export function belongs(salvaged: Salvage, row: SalvagedRow): boolean {
  if (row.confidence !== 'stale' || row.main > salvaged.compactRevision) return true;
  const key = keyOfRow(row);
  return salvaged.lost.some((range) => isIn(key, range));
}

/** The newest surviving version of a key. */
export interface SalvagedKey {
  readonly row: SalvagedRow;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

/** The newest row of each key that is no deletion, by bytes of the key. */
export function newestRows(rows: readonly SalvagedRow[]): readonly SalvagedRow[] {
  const newest = new Map<string, SalvagedRow>();
  for (const row of rows) newest.set(row.key, row);
  return [...newest.values()].filter((row) => !row.tombstone).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Keys whose newest surviving row is no deletion, by bytes of the key; a value holds until the next is asked for. */
export function* newestKeys(salvaged: Salvage, rows: readonly SalvagedRow[] = salvaged.rows): Generator<SalvagedKey> {
  for (const row of newestRows(rows)) {
    const kv = parseKeyValue(valueOfRow(salvaged, row));
    if (kv !== null) yield { row, createRevision: kv.createRevision, modRevision: kv.modRevision, version: kv.version, lease: kv.lease, value: kv.value };
  }
}
