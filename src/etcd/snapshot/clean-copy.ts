import { createHash } from 'node:crypto';
import type { Row } from '../../formats/bbolt/db.js';
import { writeBolt, type NewRow, type PageSink } from '../../formats/bbolt/write.js';
import { semverError } from '../start/other-buckets.js';
import { decodeAs, shapes } from '../start/wire-errors.js';
import { latin1 } from './contents.js';
import type { Salvage, SalvagedRow } from './salvage.js';

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

/**
 * Writes what was salvaged as a new snapshot file with its digest. Alarms and members are left out: a
 * restore makes new members, and an alarm would only lock the new cluster.
 * @returns size of the file in bytes
 */
export function writeCleanSnapshot(salvaged: Salvage, sink: PageSink): number {
  const rowsOf = function* (bucket: string): Generator<NewRow> {
    if (bucket === 'key') for (const row of rowsToKeep(salvaged)) yield { key: row.rowKey, value: row.rowValue };
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
