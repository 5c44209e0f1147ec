import type { ByteSource } from '../source.js';
import { defaultPageSize, formatVersion, magic, metaAt, metaSize, pageHeaderSize, pageSizeCandidates } from './layout.js';

/** One of the two meta pages. Ids and counts are page numbers. */
export interface Meta {
  readonly page: 0 | 1;
  /** Null when valid, else bbolt's words for what is wrong (errors/errors.go). */
  readonly error: 'invalid database' | 'version mismatch' | 'checksum error' | null;
  readonly pageSize: number;
  readonly root: bigint;
  readonly freelist: bigint;
  readonly highWater: bigint;
  readonly txid: bigint;
  /** The 16 header bytes say what the page is; they stand outside the checksum. */
  readonly headerId: bigint;
  readonly headerFlags: number;
}

const fnvOffset = 0xcbf29ce484222325n;
const fnvPrime = 0x100000001b3n;

/** FNV-1a 64 as in the meta pages. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = fnvOffset;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * fnvPrime);
  return hash;
}

/** Reads the meta at a byte offset; null when fewer than 80 bytes are there. */
export function readMeta(source: ByteSource, offset: number, page: 0 | 1, littleEndian: boolean): Meta | null {
  const bytes = source.read(offset, pageHeaderSize + metaSize);
  if (bytes.length < pageHeaderSize + metaSize) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u64 = (at: number): bigint => view.getBigUint64(at, littleEndian);
  const error =
    view.getUint32(metaAt.magic, littleEndian) !== magic
      ? 'invalid database'
      : view.getUint32(metaAt.version, littleEndian) !== formatVersion
        ? 'version mismatch'
        : fnv1a64(bytes.subarray(pageHeaderSize, metaAt.checksum)) !== u64(metaAt.checksum)
          ? 'checksum error'
          : null;
  return {
    page,
    error,
    pageSize: view.getUint32(metaAt.pageSize, littleEndian),
    root: u64(metaAt.root),
    freelist: u64(metaAt.freelist),
    highWater: u64(metaAt.highWater),
    txid: u64(metaAt.txid),
    headerId: u64(0),
    headerFlags: view.getUint16(8, littleEndian),
  };
}

/**
 * How many more writes a database takes before its transaction number starts from 0 again; undefined where that is as far
 * away as in any real one, which never gets near. From then on the meta page with the old tree counts as the newer one, so that the
 * next write begins from that tree, and ends the server (bbolt freelist: `page N already freed`) or destroys the file.
 */
export function writesLeft(txid: bigint): bigint | undefined {
  const left = (1n << 64n) - 1n - txid;
  return left < 1n << 32n ? left : undefined;
}

/** Both metas, the page size that bbolt would use, and the meta that wins. */
export interface Metas {
  readonly littleEndian: boolean;
  readonly pageSize: number;
  /** True when the page size came from a valid meta. */
  readonly pageSizeKnown: boolean;
  readonly meta0: Meta | null;
  readonly meta1: Meta | null;
  /** The valid meta with the higher txid (a tie goes to meta 0); null when neither is valid. */
  readonly active: Meta | null;
}

function sizeFromMeta(source: ByteSource, littleEndian: boolean): number | null {
  const first = readMeta(source, 0, 0, littleEndian);
  if (first?.error === null && first.pageSize > 0) return first.pageSize;
  for (const size of pageSizeCandidates) {
    if (size >= source.byteLength - 1024) return null;
    const second = readMeta(source, size, 1, littleEndian);
    if (second?.error === null && second.pageSize > 0) return second.pageSize;
  }
  return null;
}

/** Finds the page size as bbolt >= 1.3.7 does, for either byte order, and reads both metas. */
export function readMetas(source: ByteSource): Metas {
  const little = sizeFromMeta(source, true);
  const big = little === null ? sizeFromMeta(source, false) : null;
  const littleEndian = big === null;
  const found = little ?? big;
  const pageSize = found ?? defaultPageSize;
  const meta0 = readMeta(source, 0, 0, littleEndian);
  const meta1 = readMeta(source, pageSize, 1, littleEndian);
  const valid = [meta0, meta1].filter((m): m is Meta => m?.error === null);
  const active = valid.length === 2 && valid[1]!.txid > valid[0]!.txid ? valid[1]! : (valid[0] ?? null);
  return { littleEndian, pageSize, pageSizeKnown: found !== null, meta0, meta1, active };
}
