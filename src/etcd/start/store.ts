import type { Row } from '../../formats/bbolt/db.js';
import { panic } from '../../formats/death.js';
import type { Slice } from '../../formats/bbolt/behaviour/pages.js';
import { cursorOf, type Bucket, type Transaction } from '../../formats/bbolt/behaviour/tree.js';
import { crc32c } from '../../formats/crc32c.js';
import { readInt64 } from '../../formats/int64.js';
import { latin1 } from '../../formats/latin1.js';
import { walkStrictly } from '../../formats/protobuf/strict-walk.js';
import { sha256 } from '../../formats/sha256.js';
import { keysHash } from '../keys-hash.js';
import { isRevisionKey, isTombstoneKey, revisionKey, separator, type Revision } from '../revision-key.js';
import { storedMessages } from '../stored-messages.js';
import { createBucket, existing, fatal, requireBucket, rowAt, rowsIn, valueOf, type OpenedBackend } from './backend.js';
import { KeyIndex } from './key-index.js';
import { keyValueReader } from './key-value-reader.js';
import { ReadRows } from './read-rows.js';

/** The store as it is after start: what it would serve, before anything reads from it. */
export interface LoadedStore {
  readonly rows: ReadRows;
  readonly index: KeyIndex;
  readonly currentRevision: bigint;
  readonly compactRevision: bigint;
  readonly bucket: Bucket | null;
}

/** The result of reading every key, as a client gets it. */
export interface ServedKeys {
  readonly revision: bigint;
  readonly keys: number;
  /** As `keysHash` has it; null when not asked for. */
  readonly keysHash: string | null;
}

const chunk = 10_000;
const maxInt64 = 2n ** 63n - 1n;

/** bytesToRev: strict from 3.6 on, else only as long as the slices reach. */
function revisionOf(backend: OpenedBackend, key: Uint8Array, length = key.length): Revision {
  if (backend.behaviour.strictRevisions) {
    if (length !== 17 && length !== 18) panic(`invalid revision length: ${length}`);
    if (key[8] !== separator) panic(`invalid separator in bucket key: ${quoted(key[8] ?? 0)}`);
  } else if (length < 8) panic(`runtime error: slice bounds out of range [:8] with capacity ${length}`);
  else if (length < 17) panic(`runtime error: index out of range [7] with length ${Math.max(0, length - 9)}`);
  const rev = { main: readInt64(key, 0), sub: readInt64(key, 9) };
  if (backend.behaviour.strictRevisions && (rev.main < 0n || rev.sub < 0n)) panic(`negative revision: main=${rev.main} sub=${rev.sub}`);
  return rev;
}

/** Go's %q of one byte. */
function quoted(byte: number): string {
  const named: Readonly<Record<number, string>> = { 0: '\\x00', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 39: "\\'", 92: '\\\\' };
  const text = named[byte] ?? (byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : byte < 0x7f ? String.fromCharCode(byte) : byte < 0xa1 || byte === 0xad ? `\\u00${byte.toString(16)}` : String.fromCharCode(byte));
  return `'${text}'`;
}

function compactRevisionOf(backend: OpenedBackend, key: string): bigint | null {
  const value = valueOf(backend, 'meta', key);
  return value === null ? null : revisionOf(backend, value).main;
}

/** What another reader found out about a file in which everything is right. */
export interface CleanStore {
  /** Rows of every bucket but `key`. */
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly lastRevision: bigint;
  readonly liveKeys: number;
  /** Null when the values were not hashed. */
  readonly keysHash: string | null;
}

/** The store of a clean file without reading its rows again. */
export function knownStore(backend: OpenedBackend, clean: CleanStore): ServedKeys {
  createBucket(backend, 'key');
  createBucket(backend, 'meta');
  const finished = compactRevisionOf(backend, 'finishedCompactRev');
  const scheduled = compactRevisionOf(backend, 'scheduledCompactRev') ?? 0n;
  let revision = clean.lastRevision > 1n ? clean.lastRevision : 1n;
  if (finished !== null && revision < finished) revision = finished;
  if (backend.behaviour.scheduledRaisesRevision && revision < scheduled) revision = scheduled;
  return { revision, keys: clean.liveKeys, keysHash: clean.keysHash };
}

/** A longer name is no tombstone, and only its first 17 bytes are looked at; so many stand for any of them. */
const longestName = 19;
const nameOf = ({ map }: Transaction, key: Slice): Uint8Array => map.bytes(key.at, Math.min(key.length, longestName));

/** store.restore: reads bucket `key` in order of revision and fills the index; dies where etcd dies. `sums`: rows are summed while they are at hand. */
export function loadStore(backend: OpenedBackend, sums = false): LoadedStore {
  const { behaviour, tx } = backend;
  createBucket(backend, 'key');
  createBucket(backend, 'meta');
  if (behaviour.restoreLoadsStore) requireBucket(backend, 'meta');
  const finished = compactRevisionOf(backend, 'finishedCompactRev');
  const scheduled = compactRevisionOf(backend, 'scheduledCompactRev') ?? 0n;
  const structured = behaviour.line !== '3.3' && !(behaviour.line === '3.4' && backend.speaker === 'server');
  const rows = new ReadRows();
  const index = new KeyIndex(rows, behaviour, structured);
  if (behaviour.restoreLoadsStore) requireBucket(backend, 'key');
  const bucket = behaviour.restoreLoadsStore ? existing(backend, 'key') : bucketOrNone(backend);
  const summed = sums && bucket !== null && tx.regular.has(bucket.root);
  rows.complete = summed;
  const keyValueOf = keyValueReader(backend, summed);
  let current = 1n;
  let min = revisionKey(1n, 0n);
  const max = revisionKey(maxInt64, maxInt64);
  let expected = summed ? cursorOf(tx, bucket).first()?.at : undefined;
  for (let read = chunk; bucket !== null && read === chunk; ) {
    read = 0;
    const cursor = cursorOf(tx, bucket);
    let last: Slice | null = null;
    let row = cursor.seek(min);
    if (row?.at !== expected) rows.complete = false;
    for (; row !== null && read < chunk; row = cursor.next()) {
      if (tx.map.compareWith(row.key.at, row.key.length, max) >= 0) break;
      const name = summed ? null : nameOf(tx, row.key);
      read += 1;
      last = row.key;
      const { bytes, keyStart, keyEnd } = keyValueOf(row);
      const key = name ?? bytes;
      const length = Math.min(row.key.length, longestName);
      const rev = revisionOf(backend, key, length);
      current = rev.main;
      const place = length === 17 && key[8] === separator ? row.at : -1;
      const number = rows.add(rev, isTombstoneKey(key, length), place, summed ? crc32c(bytes) : 0, bytes.length);
      if (!isRevisionKey(key, length)) rows.complete = false;
      index.add(bytes, keyStart, keyEnd, number);
    }
    expected = row?.at;
    if (read < chunk || last === null) break;
    const end = revisionOf(backend, nameOf(tx, last).subarray(0, 17));
    const next = revisionKey(end.main, end.sub + 1n);
    if (Buffer.compare(next, min) <= 0) break;
    min = next;
  }
  if (expected !== undefined) rows.complete = false;
  if (finished !== null && current < finished) current = finished;
  if (behaviour.scheduledRaisesRevision && current < scheduled) current = scheduled;
  const compact = finished ?? -1n;
  return { index, rows, currentRevision: current, compactRevision: scheduled > compact && scheduled <= current ? scheduled : compact, bucket };
}

function bucketOrNone(backend: OpenedBackend): Bucket | null {
  try {
    requireBucket(backend, 'key');
    return existing(backend, 'key');
  } catch {
    return null;
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Reads all keys at the current revision as a client's first range does (from key "\0" on). */
export function serveAll(backend: OpenedBackend, store: LoadedStore): ServedKeys {
  const { index, rows, bucket } = store;
  const found: { readonly key: string; readonly modRevision: bigint; readonly digest: string }[] = [];
  const cursor = bucket === null ? null : cursorOf(backend.tx, bucket);
  const keyValueOf = keyValueReader(backend);
  const alive = Array.from(index.alive(store.currentRevision), (row) => [index.key(row), rows.revision(row)] as const);
  for (const [name, rev] of alive.sort(([a], [b]) => order(a, b))) {
    if (name === '') continue;
    const row = cursor === null ? null : rowAt(backend, revisionKey(rev.main, rev.sub), cursor);
    if (row === null) return fatal(backend, 'range failed to find revision pair', `mvcc: range cannot find rev (${rev.main},${rev.sub})`);
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, modRevision } = keyValueOf(row);
    found.push({ key: latin1(bytes.subarray(keyStart, keyEnd)), modRevision, digest: sha256(bytes.subarray(valueStart, valueEnd)) });
  }
  // A damaged row can name another key than the index.
  found.sort((a, b) => order(a.key, b.key));
  const hash = keysHash();
  for (const { key, modRevision, digest } of found) hash.add(key, modRevision, digest);
  return { revision: store.currentRevision, keys: found.length, keysHash: hash.digest() };
}

/** lessor.initAndRecover: every lease row must decode. */
export function loadLeases(backend: OpenedBackend): void {
  const { behaviour } = backend;
  createBucket(backend, 'lease');
  if (behaviour.line === '3.3') requireBucket(backend, 'lease');
  for (const row of rowsIn(backend, 'lease')) {
    if (behaviour.line === '3.3' && (Buffer.compare(row.key, Buffer.alloc(8)) < 0 || Buffer.compare(row.key, Buffer.from('7fffffffffffffff', 'hex')) >= 0)) continue;
    if (walkStrictly(row.value, storedMessages.lease, behaviour.library, undefined, row.valueLength) === null) continue;
    if (behaviour.line === '3.3') panic('failed to unmarshal lease proto item');
    if (row.keyLength !== 8) panic('lease ID must be 8-byte');
    panic(`failed to Unmarshal lease proto item; lease ID=${Buffer.from(row.key).toString('hex')}`);
  }
}
