import type { ByteSource } from '../../source.js';
import { busError, Death, segmentationFault } from './death.js';

/** A page number: a number while it is exact, else a bigint. Equal ids are always of one type. */
export type PageNumber = number | bigint;

/** The file as a program sees it through mmap: zeros up to the end of the last memory page, then nothing. */
export interface MappedFile {
  readonly littleEndian: boolean;
  /** Length of the file. */
  readonly fileSize: number;
  u16(at: number): number;
  u32(at: number): number;
  u64(at: number): PageNumber;
  /** Compares two ranges as bytes.Compare does. */
  compare(a: number, aLength: number, b: number, bLength: number): number;
  compareWith(a: number, aLength: number, bytes: Uint8Array): number;
  /** A range; its bytes stay as they are. */
  bytes(at: number, length: number): Uint8Array;
  /** As much of a range as is there, at most 64 MiB: for lengths that nobody has checked. */
  available(at: number, length: number): Uint8Array;
}

const memoryPage = 4096;
const mostAvailable = 64 * 2 ** 20;
const blockSize = 32 * 1024;
const mostBlocks = 1536;

/** bbolt 1.4.3 db.go mmapSize: doubles from 32 KiB to 1 GiB, then whole gigabytes. */
export function mapSizeOf(size: number): number {
  for (let i = 15; i <= 30; i++) if (size <= 2 ** i) return 2 ** i;
  return Math.ceil(size / 2 ** 30) * 2 ** 30;
}

/** Files up to this size are mapped from one copy in memory; larger ones block by block. */
const largestWhole = 96 * 2 ** 20;

const wholes = new WeakMap<ByteSource, Uint8Array>();

/** The whole file with zeros up to the end of its last memory page; kept as long as the source lives. */
function wholeOf(source: ByteSource): Uint8Array {
  let whole = wholes.get(source);
  if (whole === undefined) {
    whole = new Uint8Array(Math.ceil(source.byteLength / memoryPage) * memoryPage);
    for (let at = 0; at < source.byteLength; ) {
      const part = source.read(at, Math.min(4 << 20, source.byteLength - at));
      if (part.length === 0) break;
      whole.set(part, at);
      at += part.length;
    }
    wholes.set(source, whole);
  }
  return whole;
}

function end(at: number, mapSize: number): never {
  if (at >= 0 && at < mapSize) throw new Death('fault', busError);
  throw new Death('fault', segmentationFault, false);
}

/**
 * Maps a file of which `fileSize` bytes exist; reads outside end the program with a fault. With
 * `fewReads`, only what is touched is read.
 */
export function mapFile(source: ByteSource, fileSize: number, mapSize: number, littleEndian: boolean, fewReads = false): MappedFile {
  const backed = Math.ceil(fileSize / memoryPage) * memoryPage;
  return source.byteLength <= largestWhole && !fewReads
    ? mapWhole(wholeOf(source), fileSize, backed, mapSize, littleEndian)
    : mapBlocks(source, fileSize, backed, mapSize, littleEndian);
}

function mapWhole(whole: Uint8Array, fileSize: number, backed: number, mapSize: number, littleEndian: boolean): MappedFile {
  let all = whole.length === backed ? whole : whole.subarray(0, backed);
  if (backed > fileSize && all.subarray(fileSize).some((byte) => byte !== 0)) {
    // A digest that was cut off lies there in the source.
    all = Uint8Array.from(all);
    all.fill(0, fileSize);
  }
  const view = new DataView(all.buffer, all.byteOffset, all.length);
  const buffer = Buffer.from(all.buffer, all.byteOffset, all.length);
  const check = (at: number, length: number): void => {
    if (at < 0 || at + length > backed) end(at + length > backed && at < backed ? backed : at, mapSize);
  };
  const there = (at: number, length: number): number => (at < 0 || at > backed ? 0 : Math.min(length, backed - at));
  const compare = (a: number, aLength: number, other: Uint8Array, otherAt: number, otherThere: number, otherLength: number): number => {
    const common = Math.min(aLength, otherLength);
    const known = Math.min(common, there(a, aLength), otherThere);
    const order = known === 0 ? 0 : buffer.compare(other, otherAt, otherAt + known, a, a + known);
    if (order !== 0) return order;
    if (known < common) end(Math.max(a + known, backed), mapSize);
    return Math.sign(aLength - otherLength);
  };
  return {
    littleEndian,
    fileSize,
    u16: (at) => (check(at, 2), view.getUint16(at, littleEndian)),
    u32: (at) => (check(at, 4), view.getUint32(at, littleEndian)),
    u64: (at) => {
      check(at, 8);
      const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian);
      return high < 0x20_0000 ? high * 2 ** 32 + view.getUint32(littleEndian ? at : at + 4, littleEndian) : view.getBigUint64(at, littleEndian);
    },
    compare: (a, aLength, b, bLength) => compare(a, aLength, buffer, b, there(b, bLength), bLength),
    compareWith: (a, aLength, bytes) => compare(a, aLength, bytes, 0, bytes.length, bytes.length),
    bytes: (at, length) => (check(at, length), all.subarray(at, at + length)),
    available: (at, length) => all.subarray(Math.max(0, Math.min(at, backed)), Math.max(0, Math.min(at + Math.min(length, mostAvailable), backed))),
  };
}

/** A stretch of the file that is in memory, with zeros behind the end of the file. */
interface Block {
  readonly bytes: Uint8Array;
  /** The same bytes, for comparisons: slices of a Buffer cost more. */
  readonly buffer: Buffer;
  readonly view: DataView;
}

/** Keeps the blocks that were read last; the oldest gives its memory to the next one. */
function blockReader(source: ByteSource, fileSize: number): (number: number) => Block {
  const blocks = new Map<number, Block>();
  let last = -1;
  let lastBlock: Block | null = null;
  const room = (): Block => {
    const oldest = blocks.size < mostBlocks ? undefined : blocks.entries().next().value;
    if (oldest === undefined) {
      const bytes = new Uint8Array(blockSize);
      return { bytes, buffer: Buffer.from(bytes.buffer), view: new DataView(bytes.buffer) };
    }
    blocks.delete(oldest[0]);
    return oldest[1];
  };
  return (number) => {
    if (number === last && lastBlock !== null) return lastBlock;
    let block = blocks.get(number);
    if (block === undefined) {
      block = room();
      const start = number * blockSize;
      const wanted = Math.max(0, Math.min(blockSize, fileSize - start));
      let filled = 0;
      if (source.readInto !== undefined && wanted > 0) filled = source.readInto(block.bytes.subarray(0, wanted), start);
      else if (wanted > 0) {
        const read = source.read(start, wanted);
        block.bytes.set(read);
        filled = read.length;
      }
      block.bytes.fill(0, filled);
      blocks.set(number, block);
    }
    last = number;
    lastBlock = block;
    return block;
  };
}

function mapBlocks(source: ByteSource, fileSize: number, backed: number, mapSize: number, littleEndian: boolean): MappedFile {
  const blockOf = blockReader(source, fileSize);
  const check = (at: number, length: number): void => {
    if (at < 0 || at + length > backed) end(at + length > backed && at < backed ? backed : at, mapSize);
  };
  const byte = (at: number): number => blockOf(Math.floor(at / blockSize)).bytes[at % blockSize] ?? 0;
  /** A number across two blocks. */
  const across = (at: number, length: number): number => {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + byte(littleEndian ? at + length - 1 - i : at + i);
    return value;
  };
  const u16 = (at: number): number => {
    const offset = at % blockSize;
    return offset <= blockSize - 2 ? blockOf(Math.floor(at / blockSize)).view.getUint16(offset, littleEndian) : across(at, 2);
  };
  const u32 = (at: number): number => {
    const offset = at % blockSize;
    return offset <= blockSize - 4 ? blockOf(Math.floor(at / blockSize)).view.getUint32(offset, littleEndian) : across(at, 4);
  };
  /** Compares with bytes that are in memory, as far as a block reaches at a time. */
  const compareWith = (a: number, aLength: number, bytes: Uint8Array): number => {
    const length = Math.min(aLength, bytes.length);
    for (let done = 0; done < length; ) {
      check(a + done, 1);
      const offset = (a + done) % blockSize;
      const part = Math.min(length - done, blockSize - offset, backed - a - done);
      const order = blockOf(Math.floor((a + done) / blockSize)).buffer.compare(bytes, done, done + part, offset, offset + part);
      if (order !== 0) return order;
      done += part;
    }
    return Math.sign(aLength - bytes.length);
  };
  const copyOf = (at: number, length: number): Uint8Array => {
    check(at, length);
    const offset = at % blockSize;
    if (offset + length <= blockSize) return blockOf(Math.floor(at / blockSize)).bytes.slice(offset, offset + length);
    const copy = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const from = (at + done) % blockSize;
      const part = blockOf(Math.floor((at + done) / blockSize)).bytes.subarray(from, from + length - done);
      copy.set(part, done);
      done += part.length;
    }
    return copy;
  };
  return {
    littleEndian,
    fileSize,
    u16: (at) => (check(at, 2), u16(at)),
    u32: (at) => (check(at, 4), u32(at)),
    u64: (at) => {
      check(at, 8);
      const high = u32(littleEndian ? at + 4 : at);
      const low = u32(littleEndian ? at : at + 4);
      return high < 0x20_0000 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
    },
    compare: (a, aLength, b, bLength) => {
      // The second range is copied: reading the first may give its block away.
      const common = Math.min(aLength, bLength);
      const known = Math.max(0, Math.min(common, backed - b));
      const order = known === 0 ? 0 : compareWith(a, known, copyOf(b, known));
      if (order !== 0) return order;
      if (known < common) check(b + known, 1);
      return Math.sign(aLength - bLength);
    },
    compareWith,
    bytes: copyOf,
    available: (at, length) => copyOf(Math.min(at, backed), Math.max(0, Math.min(length, mostAvailable, backed - at))),
  };
}
