import { createHash } from 'node:crypto';
import type { ByteSource } from '../../formats/source.js';

/** Length of the SHA-256 that `snapshot save` appends (etcd 3.6 server/etcdserver/api/v3rpc/maintenance.go). */
export const digestSize = 32;
/** etcd takes the last 32 bytes as a digest iff size mod 512 is 32 (etcdutl/snapshot/v3_snapshot.go hasChecksum). */
export const looksSigned = (size: number): boolean => size % 512 === digestSize;

const chunkSize = 4 << 20;

/** SHA-256 over the whole file and over the first `marks` bytes of it. */
export interface Digests {
  readonly whole: string;
  /** By position, for each position asked for that lies inside the file. */
  readonly before: ReadonlyMap<number, string>;
  /** Bytes that were there; fewer than `byteLength` when the file shrank while it was read. */
  readonly read: number;
}

/** Hashes a file once, front to back, and notes the digest at the given positions on the way. */
export function digestsOf(source: ByteSource, positions: readonly number[]): Digests {
  const hash = createHash('sha256');
  const before = new Map<number, string>();
  const marks = [...new Set(positions)].filter((p) => p >= 0 && p <= source.byteLength).sort((a, b) => a - b);
  let at = 0;
  const note = (): void => {
    while (marks[0] === at) {
      before.set(at, hash.copy().digest('hex'));
      marks.shift();
    }
  };
  note();
  while (at < source.byteLength) {
    const stop = Math.min(at + chunkSize, source.byteLength, marks[0] ?? Number.MAX_SAFE_INTEGER);
    const chunk = source.read(at, stop - at);
    if (chunk.length === 0) break;
    hash.update(chunk);
    at += chunk.length;
    note();
  }
  return { whole: hash.digest('hex'), before, read: at };
}
