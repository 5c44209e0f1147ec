import { crc32c } from '../../formats/crc32c.js';
import { forEach, type Bucket } from '../../formats/bbolt/behaviour/tree.js';
import { parseRevision } from '../mvcc.js';
import type { OpenedBackend } from '../start/backend.js';
import { revisionBytes } from './from-database.js';
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
export function encodeKeyValue(write: Write): Uint8Array {
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

/**
 * HashKV at the current revision (etcd server/storage/mvcc/hash.go): CRC-32C over the bucket's name and
 * the rows, those at or below the compact revision only when they are live, a tombstone at the compact
 * revision left out (3.4.34, 3.5.16, 3.6). `written` are the rows that the log added to the database.
 */
export function hashKv(store: Store, backend: OpenedBackend | null, bucket: Bucket | null, written: Iterable<Write>): HashKv {
  const { revision, compactRevision } = store;
  const keep = new Set<string>();
  for (const live of store.live.values()) keep.add(`${live.revision.main}.${live.revision.sub}`);
  let hash = crc32c(Buffer.from('key'));
  const add = (key: Uint8Array, value: Uint8Array, main: bigint, sub: bigint, tombstone: boolean): void => {
    if (main > revision) return;
    if (main <= compactRevision && keep.size > 0 && !keep.has(`${main}.${sub}`)) return;
    if (main === compactRevision && tombstone) return;
    hash = crc32c(value, crc32c(key, hash));
  };
  if (backend !== null && bucket !== null) {
    const { map } = backend.tx;
    for (const row of forEach(backend.tx, bucket)) {
      const key = map.bytes(row.key.at, row.key.length);
      const parsed = parseRevision(key);
      if (parsed !== null) add(key, map.bytes(row.value.at, row.value.length), parsed.revision.main, parsed.revision.sub, parsed.tombstone);
    }
  }
  for (const write of written) {
    const { main, sub } = write.revision;
    const bare = revisionBytes(main, sub);
    add(write.value === null ? Buffer.concat([bare, Buffer.from('t')]) : bare, encodeKeyValue(write), main, sub, write.value === null);
  }
  return { hash, revision, compactRevision };
}
