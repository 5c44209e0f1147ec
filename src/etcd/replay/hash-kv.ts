import { combineCrc32c, crc32c } from '../../formats/crc32c.js';
import { forEach, type Bucket } from '../../formats/bbolt/behaviour/tree.js';
import { parseRevision, revisionKey, type Revision } from '../revision-key.js';
import type { OpenedBackend } from '../start/backend.js';
import type { ReadRows } from '../start/read-rows.js';
import type { Store, Write } from './store.js';

/** What `endpoint hashkv` prints. */
export interface HashKv {
  readonly hash: number;
  readonly revision: bigint;
  readonly compactRevision: bigint;
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** mvccpb.KeyValue as etcd marshals it: fields in order, zero ones left out. */
function encodeKeyValue(write: Write): Uint8Array {
  const parts: Uint8Array[] = [];
  const bytes = (tag: number, value: Uint8Array): void => {
    if (value.length > 0) parts.push(Uint8Array.from([tag, ...varint(BigInt(value.length))]), value);
  };
  const number = (tag: number, value: bigint): void => {
    if (value !== 0n) parts.push(Uint8Array.from([tag, ...varint(value)]));
  };
  bytes(0x0a, latin1(write.key));
  if (write.value !== null) {
    number(0x10, write.createRevision);
    number(0x18, write.revision.main);
    number(0x20, write.version);
    bytes(0x2a, write.value);
    number(0x30, write.lease);
  }
  return Buffer.concat(parts);
}

/** A revision as a key of a set. */
const nameOf = ({ main, sub }: Revision): number | string => (sub === 0n && main >= 0n && main < 2n ** 53n ? Number(main) : `${main}.${sub}`);

/**
 * HashKV at the current revision (etcd server/storage/mvcc/hash.go): CRC-32C over the bucket's name and
 * the rows, those at or below the compact revision only when they are live, a tombstone at the compact
 * revision left out (3.4.34, 3.5.16, 3.6). `rows` are those that a start has read, `written` those that the log added
 * to the database.
 */
export function hashKv(store: Store, backend: OpenedBackend | null, bucket: Bucket | null, rows: ReadRows | null, written: Iterable<Write>): HashKv {
  const { revision, compactRevision } = store;
  const kept = new Set<number | string>();
  for (const live of store.live.values()) if (live.revision.main <= compactRevision) kept.add(nameOf(live.revision));
  const counts = (rev: Revision, tombstone: boolean): boolean => {
    if (rev.main > revision) return false;
    if (rev.main > compactRevision) return true;
    return (store.live.size === 0 || kept.has(nameOf(rev))) && !(tombstone && rev.main === compactRevision);
  };
  let hash = crc32c(Buffer.from('key'));
  if (rows?.complete === true) {
    for (let row = 0; row < rows.size; row++) {
      if (counts(rows.revision(row), rows.isTombstone(row))) hash = combineCrc32c(hash, rows.sum(row), rows.length(row));
    }
  } else if (backend !== null && bucket !== null) {
    const { map } = backend.tx;
    for (const row of forEach(backend.tx, bucket)) {
      const { at, length } = row.key;
      const parsed = parseRevision(map.bytes(at, length));
      if (parsed === null) continue;
      // Key and value lie one behind the other.
      const whole = map.glance(at, length + row.value.length);
      const rest = whole.length < length + row.value.length ? map.bytes(row.value.at, row.value.length) : null;
      if (counts(parsed.revision, parsed.tombstone)) hash = rest === null ? crc32c(whole, hash) : crc32c(rest, crc32c(map.bytes(at, length), hash));
    }
  }
  for (const write of written) {
    const key = revisionKey(write.revision.main, write.revision.sub, write.value === null);
    if (counts(write.revision, write.value === null)) hash = crc32c(encodeKeyValue(write), crc32c(key, hash));
  }
  return { hash, revision, compactRevision };
}
