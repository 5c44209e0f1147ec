import { createHash } from 'node:crypto';
import type { Row } from '../../formats/bbolt/db.js';
import { panic } from '../../formats/bbolt/behaviour/death.js';
import { cursorOf, type Bucket } from '../../formats/bbolt/behaviour/tree.js';
import { createBucket, existing, fatal, requireBucket, rowsIn, valueIn, valueOf, type OpenedBackend } from './backend.js';
import { keyIndex, type KeyIndex, type Rev } from './key-index.js';
import { decodeAs, shapes } from './wire-errors.js';

/** The store as it is after start: what it would serve, before anything reads from it. */
export interface LoadedStore {
  readonly index: KeyIndex;
  readonly currentRevision: bigint;
  readonly compactRevision: bigint;
  readonly bucket: Bucket | null;
}

/** The result of reading every key, as a client gets it. */
export interface ServedKeys {
  readonly revision: bigint;
  readonly keys: number;
  /** SHA-256 over `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, keys ascending; null when not asked for. */
  readonly keysHash: string | null;
}

const separator = 0x5f;
const chunk = 10_000;
const maxInt64 = 2n ** 63n - 1n;

const isTombstone = (key: Uint8Array): boolean => key.length === 18 && key[17] === 0x74;

/** bytesToRev: strict from 3.6 on, else only as long as the slices reach. */
function revisionOf(backend: OpenedBackend, key: Uint8Array): Rev {
  if (backend.behaviour.strictRevisions) {
    if (key.length !== 17 && key.length !== 18) panic(`invalid revision length: ${key.length}`);
    if (key[8] !== separator) panic(`invalid separator in bucket key: ${quoted(key[8] ?? 0)}`);
  } else if (key.length < 8) panic(`runtime error: slice bounds out of range [:8] with capacity ${key.length}`);
  else if (key.length < 17) panic(`runtime error: index out of range [7] with length ${Math.max(0, key.length - 9)}`);
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const rev = { main: view.getBigInt64(0, false), sub: view.getBigInt64(9, false) };
  if (backend.behaviour.strictRevisions && (rev.main < 0n || rev.sub < 0n)) panic(`negative revision: main=${rev.main} sub=${rev.sub}`);
  return rev;
}

/** Go's %q of one byte. */
function quoted(byte: number): string {
  const named: Readonly<Record<number, string>> = { 0: '\\x00', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 39: "\\'", 92: '\\\\' };
  const text = named[byte] ?? (byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : byte < 0x7f ? String.fromCharCode(byte) : byte < 0xa1 || byte === 0xad ? `\\u00${byte.toString(16)}` : String.fromCharCode(byte));
  return `'${text}'`;
}

function revisionBytes(rev: Rev): Uint8Array {
  const bytes = new Uint8Array(17);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, rev.main, false);
  bytes[8] = separator;
  view.setBigInt64(9, rev.sub, false);
  return bytes;
}

function compactRevisionOf(backend: OpenedBackend, key: string): bigint | null {
  const value = valueOf(backend, 'meta', key);
  return value === null ? null : revisionOf(backend, value).main;
}

interface Decoded {
  readonly key: Uint8Array;
  readonly modRevision: bigint;
  readonly value: Uint8Array;
}

const noBytes: Uint8Array = new Uint8Array();

function keyValueOf(backend: OpenedBackend, bytes: Uint8Array, length = bytes.length): Decoded {
  const found = { key: noBytes, modRevision: 0n, value: noBytes };
  const error = decodeAs(backend.behaviour.library, shapes.keyValue, bytes, (field, varint, start, end) => {
    if (field === 1) found.key = bytes.subarray(start, end);
    else if (field === 5) found.value = bytes.subarray(start, end);
    else if (field === 3) found.modRevision = BigInt.asIntN(64, varint);
  }, length);
  if (error !== null) {
    const structured = `failed to unmarshal mvccpb.KeyValue | error: ${error}`;
    const zap = backend.behaviour.line === '3.4' && backend.speaker === 'restore';
    fatal(backend, structured, zap ? structured : `mvcc: cannot unmarshal event: ${error}`);
  }
  return found;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

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

/** store.restore: reads bucket `key` in order of revision and fills the index; dies where etcd dies. */
export function loadStore(backend: OpenedBackend): LoadedStore {
  const { behaviour, tx } = backend;
  createBucket(backend, 'key');
  createBucket(backend, 'meta');
  if (behaviour.restoreLoadsStore) requireBucket(backend, 'meta');
  const finished = compactRevisionOf(backend, 'finishedCompactRev');
  const scheduled = compactRevisionOf(backend, 'scheduledCompactRev') ?? 0n;
  const structured = behaviour.line !== '3.3' && !(behaviour.line === '3.4' && backend.speaker === 'server');
  const index = keyIndex(behaviour, structured);
  if (behaviour.restoreLoadsStore) requireBucket(backend, 'key');
  const bucket = behaviour.restoreLoadsStore ? existing(backend, 'key') : bucketOrNone(backend);
  let current = 1n;
  let min = revisionBytes({ main: 1n, sub: 0n });
  const max = revisionBytes({ main: maxInt64, sub: maxInt64 });
  for (let rows = chunk; bucket !== null && rows === chunk; ) {
    rows = 0;
    const cursor = cursorOf(tx, bucket);
    let last: Uint8Array = noBytes;
    for (let row = cursor.seek(min); row !== null && rows < chunk; row = cursor.next()) {
      if (tx.map.compareWith(row.key.at, row.key.length, max) >= 0) break;
      // A longer name is no tombstone, and only its first 17 bytes are looked at; 19 stand for any of them.
      const key = tx.map.bytes(row.key.at, Math.min(row.key.length, 19));
      rows += 1;
      last = key;
      const keyValue = (row.flags & 1) !== 0 ? keyValueOf(backend, noBytes) : keyValueOf(backend, tx.map.available(row.value.at, row.value.length), row.value.length);
      const rev = revisionOf(backend, key);
      current = rev.main;
      if (isTombstone(key)) index.tombstone(latin1(keyValue.key), rev);
      else index.put(latin1(keyValue.key), rev);
    }
    if (rows < chunk) break;
    const end = revisionOf(backend, last.subarray(0, 17));
    const next = revisionBytes({ main: end.main, sub: end.sub + 1n });
    if (Buffer.compare(next, min) <= 0) break;
    min = next;
  }
  if (finished !== null && current < finished) current = finished;
  if (behaviour.scheduledRaisesRevision && current < scheduled) current = scheduled;
  const compact = finished ?? -1n;
  return { index, currentRevision: current, compactRevision: scheduled > compact && scheduled <= current ? scheduled : compact, bucket };
}

function bucketOrNone(backend: OpenedBackend): Bucket | null {
  try {
    requireBucket(backend, 'key');
    return existing(backend, 'key');
  } catch {
    return null;
  }
}

/** Reads all keys at the current revision as a client's first range does (from key "\0" on). */
export function serveAll(backend: OpenedBackend, store: LoadedStore): ServedKeys {
  const lines: string[] = [];
  const cursor = store.bucket === null ? null : cursorOf(backend.tx, store.bucket);
  for (const [name, rev] of store.index.alive(store.currentRevision)) {
    if (name === '') continue;
    const value = store.bucket === null || cursor === null ? null : valueIn(backend, store.bucket, revisionBytes(rev), cursor);
    if (value === null) {
      fatal(backend, 'range failed to find revision pair', `mvcc: range cannot find rev (${rev.main},${rev.sub})`);
    }
    const keyValue = keyValueOf(backend, value);
    lines.push(`${Buffer.from(keyValue.key).toString('hex')}\t${keyValue.modRevision}\t${createHash('sha256').update(keyValue.value).digest('hex')}\n`);
  }
  lines.sort();
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return { revision: store.currentRevision, keys: lines.length, keysHash: hash.digest('hex') };
}

/** lessor.initAndRecover: every lease row must decode. */
export function loadLeases(backend: OpenedBackend): void {
  const { behaviour } = backend;
  createBucket(backend, 'lease');
  if (behaviour.line === '3.3') requireBucket(backend, 'lease');
  for (const row of rowsIn(backend, 'lease')) {
    if (behaviour.line === '3.3' && (Buffer.compare(row.key, Buffer.alloc(8)) < 0 || Buffer.compare(row.key, Buffer.from('7fffffffffffffff', 'hex')) >= 0)) continue;
    if (decodeAs(behaviour.library, shapes.lease, row.value, undefined, row.valueLength) === null) continue;
    if (behaviour.line === '3.3') panic('failed to unmarshal lease proto item');
    if (row.keyLength !== 8) panic('lease ID must be 8-byte');
    panic(`failed to Unmarshal lease proto item; lease ID=${Buffer.from(row.key).toString('hex')}`);
  }
}
