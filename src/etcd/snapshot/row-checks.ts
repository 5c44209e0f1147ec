import type { Problem } from '../../formats/problem.js';
import type { Row } from '../../formats/bbolt/db.js';
import { latin1, printable } from '../../formats/latin1.js';
import { parseKeyValue } from '../key-value.js';
import { parseRevision } from '../revision-key.js';
import { scanKeyValue, scannedValue } from './value-scan.js';

/** A row of bucket `key` in which nothing contradicts anything. */
export interface SoundRow {
  /** A view; empty for a row without a value. */
  readonly key: Uint8Array;
  readonly main: bigint;
  readonly sub: bigint;
  readonly tombstone: boolean;
  readonly createRevision: bigint;
  readonly version: bigint;
  /** The value that the key got; a view. */
  readonly value: Uint8Array;
}

/** Up to here a number tells every revision from the next. */
const exact = BigInt(Number.MAX_SAFE_INTEGER);
/** Filled anew for each row. */
const scanned = scannedValue();

/** Judges one row of bucket `key` by etcd's invariants (mvcc/kvstore_txn.go put and delete). */
export function checkRow(row: Row, pageSize: number, report: (problem: Problem) => void): SoundRow | null {
  const say = (code: string, message: string, keys: readonly string[] = []): void =>
    report({ code, severity: 'error', page: row.page, offset: row.page * pageSize, message: `page ${row.page}: ${message}`, keys });
  if (row.flags !== 0) {
    say('etcd.row-flags', `a row of bucket key has the flags ${row.flags}`);
    return null;
  }
  const key = parseRevision(row.key);
  if (key === null || key.revision.main < 0n || key.revision.sub < 0n) {
    say('etcd.revision-key', `a row of bucket key has no revision for a name: ${Buffer.from(row.key.subarray(0, 24)).toString('hex')}`);
    return null;
  }
  const { main, sub } = key.revision;
  if (main < exact && scanKeyValue(row.value, 0, row.value.length, Number(main), key.tombstone, scanned)) {
    const { keyStart, keyEnd, valueStart, valueEnd, create, version } = scanned;
    return { key: row.value.subarray(keyStart, keyEnd), main, sub, tombstone: key.tombstone, createRevision: BigInt(create), version: BigInt(version), value: row.value.subarray(valueStart, valueEnd) };
  }
  if (row.value.length === 0) return { key: row.value, main, sub, tombstone: key.tombstone, createRevision: 0n, version: 0n, value: row.value };
  const kv = parseKeyValue(row.value);
  if (kv === null) {
    say('etcd.key-value', `the value of revision ${main} cannot be decoded`);
    return null;
  }
  const name = (): string => printable(latin1(kv.key));
  if (kv.key.length === 0) {
    say('etcd.empty-key', `revision ${main} has no key`);
    return null;
  }
  if (key.tombstone) {
    if (kv.modRevision !== 0n || kv.createRevision !== 0n || kv.version !== 0n || kv.value.length > 0 || kv.lease !== 0n) {
      say('etcd.tombstone', `the deletion at revision ${main} carries more than a key`, [name()]);
      return null;
    }
  } else if (kv.modRevision !== main) {
    say('etcd.mod-revision', `the row of revision ${main} says that it was written at ${kv.modRevision}`, [name()]);
    return null;
  } else if (kv.createRevision < 1n || kv.createRevision > main || kv.version < 1n || (kv.version === 1n) !== (kv.createRevision === main)) {
    say('etcd.versions', `revision ${main}: create revision ${kv.createRevision} and version ${kv.version} contradict each other`, [name()]);
    return null;
  }
  return { key: kv.key, main, sub, tombstone: key.tombstone, createRevision: kv.createRevision, version: kv.version, value: kv.value };
}
