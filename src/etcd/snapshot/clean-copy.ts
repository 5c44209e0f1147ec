import { createHash } from 'node:crypto';
import type { Row } from '../../formats/bbolt/db.js';
import { writeBolt, type NewRow, type PageSink } from '../../formats/bbolt/write.js';
import { semverError } from '../start/other-buckets.js';
import { decodeAs, shapes } from '../start/wire-errors.js';
import { latin1 } from './contents.js';
import { historyOf } from './history.js';
import { checkRow } from './row-checks.js';
import { newestKeys, type Salvage, type SalvagedRow } from './salvage.js';

/** Buckets that a server expects, in order of their names. */
const bucketOrder = ['alarm', 'auth', 'authRoles', 'authUsers', 'cluster', 'key', 'lease', 'members', 'members_removed', 'meta'] as const;

/**
 * Rows that belong into a clean copy: those of the tree; above the compacted revision also those of
 * stale pages, since the row of a revision never changes; below it a stale row only fills a lost range.
 */
export function rowsToKeep(salvaged: Salvage): readonly SalvagedRow[] {
  const inLost = (row: SalvagedRow): boolean =>
    salvaged.lost.some((range) => (range.from === null || Buffer.compare(row.rowKey, range.from) >= 0) && (range.to === null || Buffer.compare(row.rowKey, range.to) < 0));
  return salvaged.rows.filter((row) => row.confidence !== 'stale' || row.main > salvaged.compactRevision || inLost(row));
}

/** Small rows that every version from 3.3 to 3.7 can read; what would stop a start is left out. */
function soundRow(bucket: string, row: Row): boolean {
  if (row.flags !== 0) return false;
  const name = latin1(row.key);
  const decodes = (shape: (typeof shapes)[keyof typeof shapes], bytes: Uint8Array): boolean => decodeAs('gogo', shape, bytes) === null && decodeAs('google', shape, bytes) === null;
  switch (bucket) {
    case 'lease':
      return row.key.length === 8 && decodes(shapes.lease, row.value);
    case 'authUsers':
      return decodes(shapes.user, row.value);
    case 'authRoles':
      return decodes(shapes.role, row.value);
    case 'auth':
      return name === 'authRevision' ? row.value.length === 8 : name === 'authEnabled' && row.value.length === 1;
    case 'cluster':
      return name === 'clusterVersion' && semverError(latin1(row.value)) === null;
    case 'meta':
      if (name === 'consistent_index' || name === 'term') return row.value.length === 8;
      if (name === 'scheduledCompactRev' || name === 'finishedCompactRev') return row.value.length === 17 && row.value[8] === 0x5f;
      return name === 'storageVersion' && semverError(latin1(row.value)) === null;
    default:
      return false;
  }
}

/** What a clean copy will hold. */
export interface CleanCopy {
  readonly rows: readonly SalvagedRow[];
  /** Set when history has holes: the copy then holds the newest version of each key, compacted here. */
  readonly compactedAt: bigint | null;
}

/** Keeps the whole history where it is whole, else only the newest version of each key. */
export function planCleanCopy(salvaged: Salvage): CleanCopy {
  const kept = rowsToKeep(salvaged);
  const history = historyOf();
  for (const row of kept) {
    const sound = checkRow({ key: row.rowKey, value: row.rowValue, flags: 0, page: row.page }, 1, () => undefined);
    if (sound !== null) history.row(sound);
  }
  if (salvaged.lost.length === 0 && history.gaps(salvaged.compactRevision).length === 0) return { rows: kept, compactedAt: null };
  const newest = newestKeys(kept).map(({ row }) => row);
  newest.sort((a, b) => Buffer.compare(a.rowKey, b.rowKey));
  return { rows: newest, compactedAt: kept[kept.length - 1]?.main ?? 1n };
}

function revisionRow(name: string, main: bigint): NewRow {
  const value = Buffer.alloc(17);
  value.writeBigInt64BE(main, 0);
  value[8] = 0x5f;
  return { key: Buffer.from(name), value };
}

/** Rows of bucket meta; a compacted copy says so, and never less than what was compacted before. */
function* metaRows(salvaged: Salvage, compactedAt: bigint | null): Generator<NewRow> {
  const rows = new Map((salvaged.small.get('meta') ?? []).filter((row) => soundRow('meta', row)).map((row): [string, NewRow] => [latin1(row.key), row]));
  const at = compactedAt === null || compactedAt > salvaged.compactRevision ? compactedAt : salvaged.compactRevision;
  if (at !== null) for (const name of ['finishedCompactRev', 'scheduledCompactRev']) rows.set(name, revisionRow(name, at));
  for (const name of [...rows.keys()].sort()) yield rows.get(name) ?? revisionRow(name, 1n);
}

/**
 * Writes what was salvaged as a new snapshot file with its digest. Alarms and members are left out: a
 * restore makes new members, and an alarm would only lock the new cluster.
 * @returns size of the file in bytes
 */
export function writeCleanSnapshot(salvaged: Salvage, sink: PageSink, copy: CleanCopy = planCleanCopy(salvaged)): number {
  const rowsOf = function* (bucket: string): Generator<NewRow> {
    if (bucket === 'meta') yield* metaRows(salvaged, copy.compactedAt);
    else if (bucket === 'key') for (const row of copy.rows) yield { key: row.rowKey, value: row.rowValue };
    else for (const row of salvaged.small.get(bucket) ?? []) if (soundRow(bucket, row)) yield { key: row.key, value: row.value };
  };
  const pieces: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  const size = writeBolt(bucketOrder.map((name) => ({ name: Buffer.from(name), rows: rowsOf(name) })), (bytes, offset) => void pieces.push({ bytes, offset }));
  pieces.sort((a, b) => a.offset - b.offset);
  const hash = createHash('sha256');
  for (const piece of pieces) {
    hash.update(piece.bytes);
    sink(piece.bytes, piece.offset);
  }
  sink(hash.digest(), size);
  return size + 32;
}
