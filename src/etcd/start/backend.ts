import type { Row } from '../../formats/bbolt/db.js';
import type { WrongClaim } from '../../formats/bbolt/behaviour/check.js';
import type { PageNumber } from '../../formats/bbolt/behaviour/mapped-file.js';
import { Death } from '../../formats/death.js';
import type { LeafRow } from '../../formats/bbolt/behaviour/pages.js';
import { bucketLeafFlag } from '../../formats/bbolt/layout.js';
import { bucketOf, cursorOf, forEach, page, rootBucket, type Bucket, type BucketLookup, type Cursor, type Transaction } from '../../formats/bbolt/behaviour/tree.js';
import type { LineBehaviour } from './line-behaviour.js';

/** Logs through nothing: restore of 3.5 opens its backend without a logger, so a fatal end has no words. */
export type Speaker = 'server' | 'restore';

/** The buckets of one database as etcd's backend uses them. What is created is remembered, nothing is written. */
export interface OpenedBackend {
  readonly tx: Transaction;
  readonly behaviour: LineBehaviour;
  readonly speaker: Speaker;
  readonly created: Set<string>;
  /** The rows of every bucket but `key`, where another reader has found the whole tree right: they are not looked for again. */
  readonly rows: ReadonlyMap<string, readonly Row[]> | null;
  /** Ids of a freelist that the file carries; null when the free pages were found by scanning the tree. */
  readonly storedFreelist: readonly PageNumber[] | null;
  /** Null also where a stored freelist made the scan unnecessary. */
  readonly wrongClaim: WrongClaim | null;
}

/** A row as raw bytes, as far as they are in the file; the lengths are what the page claims. */
export interface RawRow {
  readonly key: Uint8Array;
  readonly keyLength: number;
  readonly value: Uint8Array;
  readonly valueLength: number;
}

/** The row is a bucket: read as a value, it is empty. */
export const isNested = (row: LeafRow): boolean => (row.flags & bucketLeafFlag) !== 0;

const nameBytes = (name: string): Uint8Array => Buffer.from(name, 'latin1');

/** lg.Fatal or plog.Fatalf: the program ends with exit status 1. */
export function fatal(backend: OpenedBackend, structured: string, plain: string): never {
  const silent = backend.speaker === 'restore' && backend.behaviour.line === '3.5';
  throw new Death('exit', silent ? '' : backend.behaviour.plainLog ? plain : structured);
}

/** tx.Bucket(name): what it finds. */
function stateOf({ tx, rows }: OpenedBackend, name: string): BucketLookup['state'] {
  if (rows !== null) return name === 'key' || rows.has(name) ? 'found' : 'none';
  return bucketOf(tx, rootBucket(tx), nameBytes(name)).state;
}

/** UnsafeCreateBucket: existing buckets are fine, a plain row of that name is not. */
export function createBucket(backend: OpenedBackend, name: string): void {
  const state = stateOf(backend, name);
  if (state === 'not-a-bucket') {
    fatal(backend, 'failed to create a bucket | error: incompatible value', `mvcc/backend: cannot create bucket ${name} (incompatible value)`);
  }
  if (state !== 'none') return;
  // Up to bbolt 1.3.6 the new entry goes to the page that the root claims to be, and is not found again when it lies.
  const { tx, rows } = backend;
  if (rows !== null || tx.dialect !== '1.3' || page(tx, tx.root).id === tx.root) backend.created.add(name);
}

/** A bucket that a write or a batch read needs: fatal when it is missing. */
export function requireBucket(backend: OpenedBackend, name: string): void {
  if (stateOf(backend, name) !== 'found' && !backend.created.has(name)) {
    fatal(backend, 'failed to find a bucket', `mvcc/backend: bucket ${name} does not exist`);
  }
}

/** tx.Bucket(name), to go through its tree; null when it is missing or was just created empty. */
export function existing(backend: OpenedBackend, name: string): Bucket | null {
  const found = bucketOf(backend.tx, rootBucket(backend.tx), nameBytes(name));
  return found.state === 'found' ? found.bucket : null;
}

/** One value by its exact key, in a bucket that may be missing. */
export function valueOf(backend: OpenedBackend, name: string, key: string): Uint8Array | null {
  const wanted = nameBytes(key);
  if (backend.rows !== null) return backend.rows.get(name)?.find((row) => Buffer.compare(row.key, wanted) === 0)?.value ?? null;
  const bucket = existing(backend, name);
  const row = bucket === null ? null : rowAt(backend, wanted, cursorOf(backend.tx, bucket));
  if (row === null) return null;
  return isNested(row) ? new Uint8Array() : backend.tx.map.available(row.value.at, row.value.length);
}

/** The row with exactly this key, as a search finds it. */
export function rowAt(backend: OpenedBackend, key: Uint8Array, cursor: Cursor): LeafRow | null {
  const row = cursor.seek(key);
  return row === null || backend.tx.map.compareWith(row.key.at, row.key.length, key) !== 0 ? null : row;
}

/** The names of rows as a search compares them: their first byte must be there, the rest mostly is not looked at. */
export function touchRows(backend: OpenedBackend, name: string): void {
  if (backend.rows !== null) return;
  const bucket = existing(backend, name);
  if (bucket === null) return;
  for (const row of forEach(backend.tx, bucket)) if (row.key.length > 0) backend.tx.map.bytes(row.key.at, 1);
}

/** UnsafeForEach: nothing when the bucket is missing. */
export function* rowsIn(backend: OpenedBackend, name: string): Generator<RawRow> {
  if (backend.rows !== null) {
    for (const { key, value } of backend.rows.get(name) ?? []) yield { key, keyLength: key.length, value, valueLength: value.length };
    return;
  }
  const bucket = existing(backend, name);
  if (bucket === null) return;
  const { map } = backend.tx;
  for (const row of forEach(backend.tx, bucket)) {
    const nested = isNested(row);
    yield {
      key: map.available(row.key.at, row.key.length),
      keyLength: row.key.length,
      value: nested ? new Uint8Array() : map.available(row.value.at, row.value.length),
      valueLength: nested ? 0 : row.value.length,
    };
  }
}
