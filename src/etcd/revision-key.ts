import { readInt64, writeInt64 } from '../formats/int64.js';

/** Key of a row in bucket `key`: 17 bytes `main _ sub`, big endian; 18 with a trailing `t` for a deletion (etcd 3.6 server/storage/mvcc/revision.go). */
export interface Revision {
  readonly main: bigint;
  readonly sub: bigint;
}

export const separator = 0x5f;
export const tombstoneMark = 0x74;

/** Whether the first `length` bytes end with the mark of a deletion. */
export const isTombstoneKey = (key: Uint8Array, length = key.length): boolean => length === 18 && key[17] === tombstoneMark;

/** Whether the first `length` bytes are a row key. */
export const isRevisionKey = (key: Uint8Array, length = key.length): boolean => (length === 17 || isTombstoneKey(key, length)) && key[8] === separator;

/** Decodes a row key; null when it is none. */
export function parseRevision(key: Uint8Array): { readonly revision: Revision; readonly tombstone: boolean } | null {
  if (!isRevisionKey(key)) return null;
  return { revision: { main: readInt64(key, 0), sub: readInt64(key, 9) }, tombstone: key.length === 18 };
}

/** The row key of a revision, or of a deletion at it. */
export function revisionKey(main: bigint, sub: bigint, tombstone = false): Uint8Array {
  const bytes = new Uint8Array(tombstone ? 18 : 17);
  writeInt64(bytes, 0, main);
  bytes[8] = separator;
  writeInt64(bytes, 9, sub);
  if (tombstone) bytes[17] = tombstoneMark;
  return bytes;
}
