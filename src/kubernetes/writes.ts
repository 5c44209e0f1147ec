import { parseKeyValue } from '../etcd/key-value.js';
import { mvccRowsOf, openBackend, type Backend, type MvccRow } from '../etcd/mvcc.js';
import { logWrites, type LogWrites } from '../etcd/boot/writes.js';
import type { DataDir } from '../etcd/data-dir.js';
import { belongs, salvage, valueOfRow } from '../etcd/snapshot/salvage.js';
import type { EtcdLine } from '../etcd/version.js';
import { leafPages } from '../formats/bbolt/db.js';
import { isContiguous } from '../formats/bbolt/page.js';
import type { ByteSource } from '../formats/source.js';
import { leafRows, leafRowsBackwards } from './leaf-rows.js';
import { asWrites } from './plain-write.js';
import { readAhead } from '../formats/read-ahead.js';
import type { StoredWrite } from './survey.js';

/** What reading met that a person should know. */
export interface ReadingNotes {
  /** Places of the tree that could not be read; 0 for a sound file. */
  problems: number;
  /** Rows that no longer hang in the tree but are whole. */
  salvaged: number;
  /** Why the log of a data directory could not be applied to its end. */
  logFailure: string | null;
  /** Writes of the log above the recorded commit index: a cluster of several may drop them. */
  uncommitted: number;
}

/** Notes of a reading that has met nothing yet. */
export function readingNotes(): ReadingNotes {
  return { problems: 0, salvaged: 0, logFailure: null, uncommitted: 0 };
}

/**
 * Every readable write of a snapshot or db file. In the order of revisions while the tree is sound; where it is
 * broken, whole rows from pages that it no longer reaches come after the rest, in order among themselves.
 */
export function writesOfFile(source: ByteSource, notes: ReadingNotes = readingNotes()): Generator<StoredWrite> {
  return asWrites(rowsOfFile(source, notes), { source, writes: () => rowsBackwards(source) });
}

function* rowsBackwards(source: ByteSource): Generator<StoredWrite, boolean> {
  let sound = true;
  const backend = openBackend(readAhead(source), () => (sound = false));
  return sound && (yield* leafRowsBackwards(source, backend));
}

function* rowsOfFile(source: ByteSource, notes: ReadingNotes): Generator<StoredWrite> {
  const report = (): void => void notes.problems++;
  const backend = openBackend(readAhead(source), report);
  let rows = 0;
  const quick = notes.problems === 0 ? leafRows(source, backend) : null;
  for (let step = quick?.next(); step !== undefined; step = quick?.next()) {
    if (step.done === true) {
      if (step.value) return;
      break;
    }
    rows++;
    yield step.value;
  }
  // The slow way tells what is wrong, and goes on after the rows that are out already.
  notes.problems += unpackedLeaves(backend);
  let passed = 0;
  for (const write of inOrder(mvccRowsOf(backend, report), report)) {
    if (passed++ < rows) continue;
    rows++;
    yield write;
  }
  if (notes.problems > 0 || rows === 0) yield* strandedWrites(source, rows, notes);
}

/** How many leaves are not packed as bbolt leaves them: what they hold may have been written over, or its count. */
function unpackedLeaves({ bolt, buckets }: Backend): number {
  const root = buckets.get('key')?.root ?? null;
  let count = 0;
  if (root !== null) for (const page of leafPages(bolt, root, new Set(), () => undefined)) if (!isContiguous(page)) count++;
  return count;
}

const numberOf = (row: MvccRow): bigint => row.revision.main;
const agrees = (row: MvccRow): boolean => row.tombstone || row.keyValue.modRevision === numberOf(row);

/** More revisions than a cluster writes between two rows that are side by side. */
const implausibleJump = 10_000_000n;

/**
 * Rows as writes. The revision stands twice, in the row's key and (but for deletions) in its value, and rows are
 * in its order: where the three disagree, what fits between the neighbours counts, and a row that fits nowhere is
 * left out and reported.
 */
function* inOrder(rows: Iterable<MvccRow>, report: () => void): Generator<StoredWrite> {
  let last = 0n;
  let held: MvccRow | null = null;
  const settle = (row: MvccRow, next: MvccRow | null): StoredWrite | null => {
    const limit = next !== null && agrees(next) ? numberOf(next) : null;
    const fits = (revision: bigint): boolean => revision >= last && (limit === null || revision <= limit) && (limit !== null || last === 0n || revision - last < implausibleJump);
    const { key, value, createRevision, modRevision, version, lease } = row.keyValue;
    const revision = agrees(row) ? numberOf(row) : [numberOf(row), modRevision].filter(fits).sort((a, b) => (a < b ? -1 : 1))[0];
    if (!agrees(row)) report();
    if (revision === undefined || (row.tombstone && !fits(revision))) return null;
    if (revision > last) last = revision;
    const write = { revision, key, value: row.tombstone ? null : value, createRevision, version, lease };
    return row.tombstone || revision === modRevision ? write : { ...write, misdated: true };
  };
  for (const row of rows) {
    if (held !== null) {
      const write = settle(held, row);
      if (write !== null) yield write;
    }
    held = row;
  }
  const write = held === null ? null : settle(held, null);
  if (write !== null) yield write;
}

/**
 * Rows that the tree does not reach. Where there is a tree, only those that belong to its content count: others may be
 * of keys that were deleted long ago.
 */
function* strandedWrites(source: ByteSource, reached: number, notes: ReadingNotes): Generator<StoredWrite> {
  const found = salvage(source);
  for (const row of found.rows) {
    if ((row.confidence !== 'stale' && !found.recovered.has(row.page)) || (reached > 0 && !belongs(found, row))) continue;
    const keyValue = row.tombstone ? null : parseKeyValue(Uint8Array.from(valueOfRow(found, row)));
    if (keyValue === null && !row.tombstone) continue;
    notes.salvaged++;
    const key = Buffer.from(row.key, 'latin1');
    yield keyValue === null
      ? { revision: row.main, key, value: null }
      : { revision: row.main, key, value: keyValue.value, createRevision: keyValue.createRevision, version: keyValue.version, lease: keyValue.lease };
  }
}

/** What the log adds. A server that is too old for the cluster does not start: then the newest one is asked. */
function replayed(dir: DataDir, line: EtcdLine): LogWrites {
  const log = logWrites(dir, line);
  const newer = log.failure === null || log.writes.length > 0 ? null : logWrites(dir, '3.7');
  return newer !== null && newer.failure === null ? newer : log;
}

/** Every write that a member's data directory holds: rows of its database, then what its log adds. */
export function* writesOfMember(dir: DataDir, line: EtcdLine, notes: ReadingNotes = readingNotes()): Generator<StoredWrite> {
  let newest = 0n;
  const db = [...dir.files].filter(([path]) => path === 'db' || path.endsWith('/db')).sort((a, b) => a[0].length - b[0].length)[0];
  if (db !== undefined) {
    for (const write of writesOfFile(db[1], notes)) {
      if (write.revision > newest) newest = write.revision;
      yield write;
    }
  }
  const log = replayed(dir, line);
  notes.logFailure = log.failure;
  notes.uncommitted = log.uncommitted;
  for (const write of log.writes) {
    if (write.revision.main <= newest) continue;
    yield { revision: write.revision.main, key: Buffer.from(write.key, 'latin1'), value: write.value, createRevision: write.createRevision, version: write.version, lease: write.lease };
  }
}
