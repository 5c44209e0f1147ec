import { createHash } from 'node:crypto';
import type { Row } from '../../formats/bbolt/db.js';
import { pageFlag } from '../../formats/bbolt/layout.js';
import { writeBolt, type NewRow, type PageSink } from '../../formats/bbolt/write.js';
import { latin1 } from '../../formats/latin1.js';
import { walkStrictly, type MessageSchema } from '../../formats/protobuf/strict-walk.js';
import { semverError } from '../start/other-buckets.js';
import { isRevisionKey, revisionKey } from '../revision-key.js';
import { storedMessages } from '../stored-messages.js';
import { historyOf } from './history.js';
import { belongs, keyOfRow, newestRows, valueOfRow, type Salvage, type SalvagedRow } from './salvage.js';

/** Buckets that a server expects, in order of their names. */
const bucketOrder = ['alarm', 'auth', 'authRoles', 'authUsers', 'cluster', 'key', 'lease', 'members', 'members_removed', 'meta'] as const;

/** Small rows that every version from 3.3 to 3.7 can read; what would stop a start is left out. */
function soundRow(bucket: string, row: Row): boolean {
  if (row.flags !== 0) return false;
  const name = latin1(row.key);
  const decodes = (schema: MessageSchema): boolean => walkStrictly(row.value, schema, 'gogo') === null && walkStrictly(row.value, schema, 'google') === null;
  switch (bucket) {
    case 'lease':
      return row.key.length === 8 && decodes(storedMessages.lease);
    case 'authUsers':
      return decodes(storedMessages.user);
    case 'authRoles':
      return decodes(storedMessages.role);
    case 'auth':
      return name === 'authRevision' ? row.value.length === 8 : name === 'authEnabled' && row.value.length === 1;
    case 'cluster':
      return name === 'clusterVersion' && semverError(latin1(row.value)) === null;
    case 'meta':
      if (name === 'consistent_index' || name === 'term') return row.value.length === 8;
      if (name === 'scheduledCompactRev' || name === 'finishedCompactRev') return row.value.length === 17 && isRevisionKey(row.value);
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
  const kept = salvaged.rows.filter((row) => belongs(salvaged, row));
  const history = historyOf();
  for (const row of kept) history.row({ ...row, key: Buffer.from(row.key, 'latin1') });
  if (salvaged.lost.length === 0 && history.gaps(salvaged.compactRevision).length === 0) return { rows: kept, compactedAt: null };
  const newest = new Set(newestRows(kept));
  return { rows: kept.filter((row) => newest.has(row)), compactedAt: kept[kept.length - 1]?.main ?? 1n };
}

const revisionRow = (name: string, main: bigint): NewRow => ({ key: Buffer.from(name), value: revisionKey(main, 0n) });

/** Rows of bucket meta; a compacted copy says so, and never less than what was compacted before. */
function* metaRows(salvaged: Salvage, compactedAt: bigint | null): Generator<NewRow> {
  const rows = new Map((salvaged.small.get('meta') ?? []).filter((row) => soundRow('meta', row)).map((row): [string, NewRow] => [latin1(row.key), row]));
  const at = compactedAt === null || compactedAt > salvaged.compactRevision ? compactedAt : salvaged.compactRevision;
  if (at !== null) for (const name of ['finishedCompactRev', 'scheduledCompactRev']) rows.set(name, revisionRow(name, at));
  for (const name of [...rows.keys()].sort()) yield rows.get(name) ?? revisionRow(name, 1n);
}

/**
 * Writes what was salvaged as a new snapshot file with its digest. Alarms and members are left out: a
 * restore makes new members, and an alarm would only lock the new cluster. Holds no values: they are read twice, because
 * the first two pages say where the last ones lie, and a digest begins with the first.
 * @returns size of the file in bytes
 */
export function writeCleanSnapshot(salvaged: Salvage, sink: PageSink, copy: CleanCopy = planCleanCopy(salvaged)): number {
  const rowsOf = function* (bucket: string): Generator<NewRow> {
    if (bucket === 'meta') yield* metaRows(salvaged, copy.compactedAt);
    else if (bucket === 'key') for (const row of copy.rows) yield { key: keyOfRow(row), value: Uint8Array.from(valueOfRow(salvaged, row)) };
    else for (const row of salvaged.small.get(bucket) ?? []) if (soundRow(bucket, row)) yield { key: row.key, value: row.value };
  };
  const write = (to: PageSink): number => writeBolt(bucketOrder.map((name) => ({ name: Buffer.from(name), rows: rowsOf(name) })), to);
  const metas: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  // The pages come in the order of the file, but for the two metas, which come at the end.
  const isMeta = (page: Uint8Array): boolean => page[8] === pageFlag.meta;
  write((bytes, offset) => void (isMeta(bytes) ? metas.push({ bytes, offset }) : undefined));
  const hash = createHash('sha256');
  const add = (bytes: Uint8Array, offset: number): void => {
    hash.update(bytes);
    sink(bytes, offset);
  };
  for (const { bytes, offset } of metas) add(bytes, offset);
  const size = write((bytes, offset) => void (isMeta(bytes) ? undefined : add(bytes, offset)));
  sink(hash.digest(), size);
  return size + 32;
}
