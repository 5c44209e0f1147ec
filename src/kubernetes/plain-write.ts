import type { ByteSource } from '../formats/source.js';
import type { StoredWrite } from './survey.js';

const nothing = new Uint8Array(0);

/** End of the varint that was read last; -1 when it was cut or too long. */
let next = 0;

function varint(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let at = from; at < end && at < from + 7; at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      next = at + 1;
      return value;
    }
    scale *= 128;
  }
  next = -1;
  return 0;
}

/**
 * A write whose numbers are all below 2^53, as in every real cluster: kept as numbers, and as bigint for whoever asks.
 * Whoever reads millions fills the same one again and again.
 */
export class PlainWrite implements StoredWrite {
  main = 0;
  created = 0;
  count = 0;
  /** Where key and value lie. */
  bytes: Uint8Array = nothing;
  keyAt = 0;
  keyEnd = 0;
  /** -1 for a deletion. */
  private valueAt = -1;
  private valueEnd = 0;
  private leaseAt = -1;
  /** Where `bytes` begin in the file. */
  private bytesAt = 0;

  /**
   * Takes the KeyValue message in `bytes[start, end)` as etcd writes it: each field at most once, in the order of their
   * numbers (mvccpb kv.proto, gogo protobuf), numbers below 2^49. False for any other, and when it names another
   * revision than `main`; then this write means nothing. `bytesAt`: where `bytes` begin in the file.
   */
  read(bytes: Uint8Array, bytesAt: number, start: number, end: number, main: number, tombstone: boolean): boolean {
    let [keyStart, keyEnd, valueStart, valueEnd] = [start, start, start, start];
    let [create, mod, version, leaseAt] = [0, 0, 0, -1];
    let before = 0;
    for (let at = start; at < end; ) {
      const tag = bytes[at++] as number;
      if (tag <= before) return false;
      before = tag;
      if (tag === 0x30) {
        leaseAt = at;
        while (at < end && (bytes[at] as number) >= 0x80) at++;
        if (at >= end || at - leaseAt > 9) return false;
        at++;
        continue;
      }
      const number = varint(bytes, at, end);
      if (next < 0) return false;
      at = next;
      if (tag === 0x0a || tag === 0x2a) {
        if (number > end - at) return false;
        if (tag === 0x0a) [keyStart, keyEnd] = [at, at + number];
        else [valueStart, valueEnd] = [at, at + number];
        at += number;
      } else if (tag === 0x10) create = number;
      else if (tag === 0x18) mod = number;
      else if (tag === 0x20) version = number;
      else return false;
    }
    if (!tombstone && mod !== main) return false;
    this.main = main;
    this.created = create;
    this.count = version;
    this.bytes = bytes;
    this.keyAt = keyStart;
    this.keyEnd = keyEnd;
    this.valueAt = tombstone ? -1 : valueStart;
    this.valueEnd = valueEnd;
    this.leaseAt = leaseAt;
    this.bytesAt = bytesAt;
    return true;
  }

  get key(): Uint8Array {
    return this.bytes.subarray(this.keyAt, this.keyEnd);
  }

  get deletes(): boolean {
    return this.valueAt < 0;
  }

  /** Length of the value; 0 for a deletion. */
  get size(): number {
    return this.deletes ? 0 : this.valueEnd - this.valueAt;
  }

  /** Where the value begins in the file. */
  get valueOffset(): number {
    return this.bytesAt + this.valueAt;
  }

  /** Whether the value begins with these bytes. */
  begins(magic: readonly number[]): boolean {
    if (this.size < magic.length) return false;
    for (let i = 0; i < magic.length; i++) if (this.bytes[this.valueAt + i] !== magic[i]) return false;
    return true;
  }

  get value(): Uint8Array | null {
    return this.valueAt < 0 ? null : this.bytes.subarray(this.valueAt, this.valueEnd);
  }

  get revision(): bigint {
    return BigInt(this.main);
  }

  get createRevision(): bigint {
    return BigInt(this.created);
  }

  get version(): bigint {
    return BigInt(this.count);
  }

  /** Lease ids use all 64 bits: read from the row when asked for. */
  get lease(): bigint {
    let id = 0n;
    if (this.leaseAt < 0) return id;
    for (let at = this.leaseAt, shift = 0n; shift < 70n; at++, shift += 7n) {
      const byte = this.bytes[at] ?? 0;
      id |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return BigInt.asIntN(64, id);
  }
}

/** The same write as an object of its own, which can be copied and changed. */
const spelledOut = ({ revision, key, value, createRevision, version, lease }: PlainWrite): StoredWrite => ({ revision, key, value, createRevision, version, lease });

function* spelled(writes: Iterable<StoredWrite>): Generator<StoredWrite> {
  for (const write of writes) yield write instanceof PlainWrite ? spelledOut(write) : write;
}

/** How a reader that asks may get at the writes of an iterable faster. */
export interface QuickWays {
  /** The same writes with their numbers as numbers where they are at hand. */
  readonly plain: Iterable<StoredWrite>;
  /** The file, and its writes from the newest to the oldest; false at the end when it is not sound, and nothing counts. */
  readonly newestFirst: { readonly source: ByteSource; readonly writes: () => Generator<StoredWrite, boolean> } | null;
  /** Writes that come after those of the file. */
  readonly after: Iterable<StoredWrite>;
}

const quickWays = new WeakMap<Iterable<StoredWrite>, QuickWays>();

/** The quick ways to the writes; the plain one is always there. */
export function quickWaysTo(writes: Iterable<StoredWrite>): QuickWays {
  return quickWays.get(writes) ?? { plain: writes, newestFirst: null, after: [] };
}

/** Writes for any reader, spelled out one by one; `quickWaysTo` gives the survey what they were made from. */
export function asWrites(plain: Iterable<StoredWrite>, newestFirst: QuickWays['newestFirst']): Generator<StoredWrite> {
  const all = spelled(plain);
  quickWays.set(all, { plain, newestFirst, after: [] });
  return all;
}

function* oneAfterTheOther(first: Iterable<StoredWrite>, after: Iterable<StoredWrite>): Generator<StoredWrite> {
  yield* first;
  yield* after;
}

/** Writes of a file and what came after it, all newer; both can be read once, in one way or the other. */
export function followedBy(file: Iterable<StoredWrite>, after: readonly StoredWrite[]): Iterable<StoredWrite> {
  const { plain, newestFirst } = quickWaysTo(file);
  const all = oneAfterTheOther(file, after);
  quickWays.set(all, { plain: oneAfterTheOther(plain, after), newestFirst, after });
  return all;
}
