import { createHash } from 'node:crypto';
import type { ByteSource } from '../../formats/source.js';
import type { SnapshotReport } from '../verdict.js';

/** Length of the SHA-256 that `snapshot save` appends (etcd 3.6 server/etcdserver/api/v3rpc/maintenance.go). */
export const digestSize = 32;
/** etcd takes the last 32 bytes as a digest iff size mod 512 is 32 (etcdutl/snapshot/v3_snapshot.go hasChecksum). */
export const looksSigned = (size: number): boolean => size % 512 === digestSize;

/** SHA-256 of the whole file and of its first bytes up to some positions. */
export interface Digests {
  readonly whole: string;
  /** By position, for each position asked for that lies inside the file. */
  readonly before: ReadonlyMap<number, string>;
  /** Bytes that were there; fewer than `byteLength` when the file shrank while it was read. */
  readonly read: number;
}

/** Digests that somebody else makes at the same time, for these positions: undefined when nobody does, null when that failed. */
export type DigestsElsewhere = (positions: readonly number[]) => (() => Digests | null) | undefined;

/** Hashes a file that is fed piece by piece, and notes the digest at the given positions on the way. */
export interface Digester {
  feed(bytes: Uint8Array): void;
  finish(): Digests;
}

export function digester(positions: readonly number[]): Digester {
  const hash = createHash('sha256');
  const before = new Map<number, string>();
  const marks = [...new Set(positions)].filter((p) => p >= 0).sort((a, b) => a - b);
  let at = 0;
  const note = (): void => {
    while (marks[0] === at) {
      before.set(at, hash.copy().digest('hex'));
      marks.shift();
    }
  };
  note();
  return {
    feed: (bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const stop = Math.min(bytes.length, (marks[0] ?? Number.MAX_SAFE_INTEGER) - at + done);
        hash.update(bytes.subarray(done, stop));
        at += stop - done;
        done = stop;
        note();
      }
    },
    finish: () => ({ whole: hash.digest('hex'), before, read: at }),
  };
}

/** Positions whose digests decide: the end of the tree, and 32 bytes before the end of the file. */
export const digestPositions = (size: number, bodySize: number | null): number[] => [size - digestSize, ...(bodySize === null ? [] : [bodySize])];

/** True where no digest can stand at a position: etcd lengthens its files with zeros, and no content has the digest 0. */
const noDigestAt = (source: ByteSource, position: number): boolean => source.read(position, digestSize).every((byte) => byte === 0);

/** Digests of a file that were made when it came in: all of its `size` bytes, and all but the last 32. */
export const digestsKnown = (source: ByteSource, whole: string, body: string): DigestsElsewhere => (positions) => {
  const end = source.byteLength - digestSize;
  if (!positions.every((position) => position === end || (position <= end && noDigestAt(source, position)))) return undefined;
  return () => ({ whole, before: new Map([[end, body]]), read: source.byteLength });
};

/** What the trailing digest says. `bodySize` is what the tree needs, null when no meta page is valid. */
export function judgeDigest(source: ByteSource, digests: Digests, bodySize: number | null): SnapshotReport['digest'] {
  const size = source.byteLength;
  const hex = (at: number): string => Buffer.from(source.read(at, digestSize)).toString('hex');
  const none = (state: 'absent' | 'truncated' | 'not-applicable'): SnapshotReport['digest'] => ({ state, expected: null, actual: null });
  if (size < digestSize) return none('not-applicable');
  const over = bodySize === null ? null : size - bodySize;
  if (over !== null && over > digestSize) {
    // A whole snapshot with bytes appended still carries its digest behind the tree.
    const [expected, actual] = [hex(bodySize ?? 0), digests.before.get(bodySize ?? 0) ?? null];
    if (expected === actual) return { state: 'wrong', expected, actual };
  }
  if (over !== null && over > 0 && over < digestSize) return none('truncated');
  if (!looksSigned(size)) return none(over !== null && over < 0 ? 'not-applicable' : bodySize === null ? 'not-applicable' : 'absent');
  const [expected, actual] = [hex(size - digestSize), digests.before.get(size - digestSize) ?? null];
  return { state: expected === actual ? 'right' : 'wrong', expected, actual };
}
