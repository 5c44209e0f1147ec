import { bucketEntries, openBolt, type Bolt, type Row } from '../../formats/bbolt/db.js';
import { inspectBucket, type LostRange } from '../../formats/bbolt/inspect.js';
import { pageFlag, pageHeaderSize } from '../../formats/bbolt/layout.js';
import { isContiguous, leafElements, readPage } from '../../formats/bbolt/page.js';
import type { ByteSource } from '../../formats/source.js';
import { parseKeyValue } from '../key-value.js';
import { parseRevision } from '../mvcc.js';
import { compactRevision, contentsOf, latin1 } from './contents.js';
import { checkRow } from './row-checks.js';

/**
 * How far a salvaged version can be trusted. `whole`: on a page that the tree reaches, packed and ordered
 * as etcd writes it. `doubtful`: on a reachable page on which something else is wrong. `stale`: on a page
 * that no tree reaches any more; the row itself is whole, but it may have been compacted since.
 */
export type Confidence = 'whole' | 'doubtful' | 'stale';

/** One version of one key that survived. */
export interface SalvagedRow {
  readonly rowKey: Uint8Array;
  readonly rowValue: Uint8Array;
  readonly key: string;
  readonly main: bigint;
  readonly sub: bigint;
  readonly tombstone: boolean;
  readonly page: number;
  readonly confidence: Confidence;
}

/** Everything that could be read from a file, whatever its state. */
export interface Salvage {
  /** By revision, ascending; one row for each. */
  readonly rows: readonly SalvagedRow[];
  readonly small: ReadonlyMap<string, readonly Row[]>;
  readonly compactRevision: bigint;
  readonly lost: readonly LostRange[];
}

const rank: Readonly<Record<Confidence, number>> = { whole: 0, doubtful: 1, stale: 2 };
const nothing = (): void => undefined;

interface Collected {
  readonly rows: Map<string, SalvagedRow>;
  readonly add: (row: Row, pageSize: number, confidence: Confidence) => void;
}

function collected(): Collected {
  const rows = new Map<string, SalvagedRow>();
  return {
    rows,
    add: (row, pageSize, confidence) => {
      const sound = checkRow(row, pageSize, nothing);
      if (sound === null || sound.key === '') return;
      const name = `${sound.main}_${sound.sub}`;
      const before = rows.get(name);
      if (before !== undefined && rank[before.confidence] <= rank[confidence]) return;
      rows.set(name, { rowKey: row.key, rowValue: row.value, key: sound.key, main: sound.main, sub: sound.sub, tombstone: sound.tombstone, page: row.page, confidence });
    },
  };
}

/** Pages that look like leaves of bucket `key` but that no tree reaches; every page start is tried once. */
function scanStale(bolt: Bolt, reached: ReadonlySet<number>, into: Collected): void {
  const pages = Math.floor(bolt.source.byteLength / bolt.pageSize);
  for (let number = 2; number < pages; number++) {
    if (reached.has(number)) continue;
    const head = bolt.source.read(number * bolt.pageSize, pageHeaderSize);
    if (head.length < pageHeaderSize || head[bolt.metas.littleEndian ? 8 : 9] !== pageFlag.leaf) continue;
    const page = readPage(bolt.source, number, bolt.pageSize, bolt.metas.littleEndian);
    if (page === null || page.cut || page.flags !== pageFlag.leaf || page.count === 0 || page.overflow > 4096 || !isContiguous(page)) continue;
    for (const element of leafElements(page)) {
      if (element !== null && parseRevision(element.key) !== null) into.add({ key: element.key, value: element.value, flags: element.flags, page: number }, bolt.pageSize, 'stale');
    }
  }
}

/** Salvages a file: the tree first, then every page that it does not reach. The input is only read. */
export function salvage(source: ByteSource): Salvage {
  const bolt = openBolt(source);
  const into = collected();
  const small = new Map<string, Row[]>();
  const visited = new Set<number>();
  const lost: LostRange[] = [];
  const doubtfulPages = new Set<number>();
  const pending: Row[] = [];
  for (const entry of bucketEntries(bolt, visited, nothing)) {
    if (!entry.isBucket) continue;
    const name = latin1(entry.name);
    const list: Row[] = [];
    inspectBucket(bolt, entry, visited, {
      report: (problem) => void (problem.page === null ? undefined : doubtfulPages.add(problem.page)),
      lost: (range) => (name === 'key' ? lost.push(range) : undefined),
      row: (row) => (name === 'key' ? pending : list).push(row),
    });
    if (name !== 'key') small.set(name, list);
  }
  for (const row of pending) into.add(row, bolt.pageSize, doubtfulPages.has(row.page) ? 'doubtful' : 'whole');
  scanStale(bolt, visited, into);
  const rows = [...into.rows.values()].sort((a, b) => (a.main === b.main ? Number(a.sub - b.sub) : a.main < b.main ? -1 : 1));
  return { rows, small, compactRevision: compactRevision(contentsOf(small)) ?? 1n, lost };
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

/** Keys whose newest surviving row is no deletion, by bytes of the key. */
export function newestKeys(rows: readonly SalvagedRow[]): readonly SalvagedKey[] {
  const newest = new Map<string, SalvagedRow>();
  for (const row of rows) newest.set(row.key, row);
  return [...newest.values()]
    .filter((row) => !row.tombstone)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap((row) => {
      const kv = parseKeyValue(row.rowValue);
      return kv === null ? [] : [{ row, createRevision: kv.createRevision, modRevision: kv.modRevision, version: kv.version, lease: kv.lease, value: kv.value }];
    });
}
