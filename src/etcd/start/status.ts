import { checkErrors } from '../../formats/bbolt/behaviour/check.js';
import { Death } from '../../formats/death.js';
import type { MappedFile } from '../../formats/bbolt/behaviour/mapped-file.js';
import type { Slice } from '../../formats/bbolt/behaviour/pages.js';
import { openAsBbolt } from '../../formats/bbolt/behaviour/open.js';
import { bucketOf, cursorOf, forEach, rootBucket } from '../../formats/bbolt/behaviour/tree.js';
import { crc32c } from '../../formats/crc32c.js';
import { latin1 } from '../../formats/latin1.js';
import { walkStrictly } from '../../formats/protobuf/strict-walk.js';
import type { ByteSource } from '../../formats/source.js';
import { isTombstoneKey, separator } from '../revision-key.js';
import { storedMessages } from '../stored-messages.js';
import type { LineBehaviour } from './line-behaviour.js';
import { follow, type Ending } from './restored.js';

/** What `snapshot status` prints, before it is laid out. */
export interface StatusNumbers {
  readonly hash: number;
  readonly revision: bigint;
  readonly totalKeys: number;
  readonly totalSize: bigint;
  /** 3.6 and 3.7 only; empty when the file carries none. */
  readonly version: string | null;
}

const exit = (message: string): never => {
  throw new Death('exit', message);
};

/** Follows `snapshot status` of one line: its numbers, or how it ends. */
export function followStatus(source: ByteSource, behaviour: LineBehaviour): { readonly ending: Ending | null; readonly numbers: StatusNumbers | null } {
  let numbers: StatusNumbers | null = null;
  const ending = follow(() => {
    numbers = statusNumbers(source, behaviour);
  });
  return { ending, numbers };
}

function statusNumbers(source: ByteSource, behaviour: LineBehaviour): StatusNumbers {
  if (source.byteLength === 0) exit('write snapshot.db: bad file descriptor');
  const opened = openAsBbolt(source, { dialect: behaviour.dialect });
  if ('error' in opened) return exit(opened.error);
  const { tx } = opened;
  const errors = checkErrors(tx, opened.storedFreelist);
  if (errors.length > 0) exit(`snapshot file integrity check failed. ${errors.length} errors found.\n${errors.join('\n')}`);
  const modern = behaviour.membershipFromDb;
  const version = modern ? storageVersion(tx) : null;
  let [hash, revision, rows] = [0, 0n, 0];
  const live = new Set<string>();
  const root = cursorOf(tx, rootBucket(tx));
  for (let next = root.first(); next !== null; next = root.next()) {
    const name = tx.map.bytes(next.key.at, Math.min(next.key.length, 65_536));
    const found = bucketOf(tx, rootBucket(tx), name);
    const text = latin1(name);
    if (found.state !== 'found') exit(modern ? `nil bucket: ${JSON.stringify(text)}` : `cannot get hash of bucket ${text}`);
    else {
      hash = crc32c(name, hash);
      for (const row of forEach(tx, found.bucket)) {
        const nested = (row.flags & 1) !== 0;
        hash = crcOf(tx.map, row.key, hash);
        if (!nested) hash = crcOf(tx.map, row.value, hash);
        const key = tx.map.available(row.key.at, row.key.length);
        const value = nested ? new Uint8Array() : tx.map.available(row.value.at, row.value.length);
        rows += 1;
        if (text === 'key') revision = countRow(behaviour, key, value, live);
      }
    }
  }
  return { hash, revision, totalKeys: modern ? live.size : rows, totalSize: BigInt.asIntN(64, BigInt(tx.highWater) * BigInt(tx.pageSize)), version };
}

/** CRC of a range, in pieces: its length is whatever the page claims. */
function crcOf(map: MappedFile, slice: Slice, seed: number): number {
  let crc = seed;
  for (let done = 0; done < slice.length; done += 1 << 20) crc = crc32c(map.bytes(slice.at + done, Math.min(1 << 20, slice.length - done)), crc);
  return crc;
}

/** One row of bucket key: its main revision; from 3.6 on the key joins or leaves the live ones. */
function countRow(behaviour: LineBehaviour, key: Uint8Array, value: Uint8Array, live: Set<string>): bigint {
  const modern = behaviour.strictRevisions;
  if (modern && key.length !== 17 && key.length !== 18) exit(`error during bucket key iteration, name: "key" err: cannot parse revision key: invalid revision length: ${key.length}`);
  if (!modern && key.length < 17) throw new Death('panic', `runtime error: slice bounds out of range [:8] with capacity ${key.length}`);
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const main = view.getBigInt64(0, false);
  if (!modern) return main;
  if (key[8] !== separator) exit(`error during bucket key iteration, name: "key" err: cannot parse revision key: invalid separator in bucket key`);
  if (main < 0n || view.getBigInt64(9, false) < 0n) exit(`error during bucket key iteration, name: "key" err: cannot parse revision key: negative revision: main=${main} sub=${view.getBigInt64(9, false)}`);
  let name = '';
  const error = walkStrictly(value, storedMessages.keyValue, behaviour.library, (field, start, end) => {
    if (field === 1) name = latin1(value.subarray(start, end));
  });
  if (error !== null) exit(`error during bucket key iteration, name: "key" err: cannot unmarshal value: ${error}`);
  if (isTombstoneKey(key)) live.delete(name);
  else live.add(name);
  return main;
}

/** schema.ReadStorageVersionFromSnapshot: no bucket meta is a nil pointer. */
function storageVersion(tx: Parameters<typeof rootBucket>[0]): string {
  const meta = bucketOf(tx, rootBucket(tx), Buffer.from('meta'));
  if (meta.state !== 'found') throw new Death('panic', 'runtime error: invalid memory address or nil pointer dereference');
  const wanted = Buffer.from('storageVersion');
  const row = cursorOf(tx, meta.bucket).seek(wanted);
  if (row === null || tx.map.compareWith(row.key.at, row.key.length, wanted) !== 0) return '';
  const text = latin1(tx.map.bytes(row.value.at, row.value.length));
  return /^\d+\.\d+\.\d+/.test(text) ? text : '';
}
