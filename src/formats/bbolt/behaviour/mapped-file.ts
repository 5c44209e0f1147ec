import type { ByteSource } from '../../source.js';
import { busError, Death, segmentationFault } from '../../death.js';

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
  /** The same for a short look: the bytes hold only until the map is asked again. */
  glance(at: number, length: number): Uint8Array;
}

const memoryPage = 4096;
const nothing = new Uint8Array();
const mostAvailable = 64 * 2 ** 20;

/** Large files are read piece by piece, each about a page: pages that follow each other in the tree may lie anywhere in the file. */
const pieceSize = 4096;
/** Pieces that are read at a time where one is asked for right behind the last. */
const readAhead = 32;
const mostPieces = 4096;
const firstPieces = 64;

/** bbolt 1.4.3 db.go mmapSize: doubles from 32 KiB to 1 GiB, then whole gigabytes. */
export function mapSizeOf(size: number): number {
  for (let i = 15; i <= 30; i++) if (size <= 2 ** i) return 2 ** i;
  return Math.ceil(size / 2 ** 30) * 2 ** 30;
}

/** Files up to this size are mapped from one copy in memory; larger ones piece by piece. */
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

/** Above this length a call of native code is faster than a loop. */
const short = 64;

/** Order of two ranges of one length: -1, 0 or 1. Names of rows are short and differ early. */
function orderOf(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): number {
  if (length > short) return Buffer.compare(a.subarray(aAt, aAt + length), b.subarray(bAt, bAt + length));
  for (let i = 0; i < length; i++) {
    const order = a[aAt + i]! - b[bAt + i]!;
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

function end(at: number, mapSize: number): never {
  if (at >= 0 && at < mapSize) throw new Death('fault', busError);
  throw new Death('fault', segmentationFault);
}

/**
 * Maps a file of which `fileSize` bytes exist; reads outside end the program with a fault. With
 * `fewReads`, only what is touched is read.
 */
export function mapFile(source: ByteSource, fileSize: number, mapSize: number, littleEndian: boolean, fewReads = false): MappedFile {
  const backed = Math.ceil(fileSize / memoryPage) * memoryPage;
  return source.byteLength <= largestWhole && !fewReads
    ? mapWhole(wholeOf(source), fileSize, backed, mapSize, littleEndian)
    : mapPieces(source, fileSize, backed, mapSize, littleEndian);
}

function mapWhole(whole: Uint8Array, fileSize: number, backed: number, mapSize: number, littleEndian: boolean): MappedFile {
  let all = whole.length === backed ? whole : whole.subarray(0, backed);
  if (backed > fileSize && all.subarray(fileSize).some((byte) => byte !== 0)) {
    // A digest that was cut off lies there in the source.
    all = Uint8Array.from(all);
    all.fill(0, fileSize);
  }
  const view = new DataView(all.buffer, all.byteOffset, all.length);
  const check = (at: number, length: number): void => {
    if (at < 0 || at + length > backed) end(at + length > backed && at < backed ? backed : at, mapSize);
  };
  const there = (at: number, length: number): number => (at < 0 || at > backed ? 0 : Math.min(length, backed - at));
  /** Compares with a range of other bytes. Where they end before it is decided, the program ends at `otherEnd`. */
  const compare = (a: number, aLength: number, other: Uint8Array, otherAt: number, otherThere: number, otherLength: number, otherEnd = 0): number => {
    const common = Math.min(aLength, otherLength);
    const mine = there(a, aLength);
    const known = Math.min(common, mine, otherThere);
    const order = orderOf(all, a, other, otherAt, known);
    if (order !== 0) return order;
    if (known < common) end(mine < otherThere ? Math.max(a + known, backed) : otherEnd, mapSize);
    return Math.sign(aLength - otherLength);
  };
  const available = (at: number, length: number): Uint8Array => all.subarray(Math.max(0, Math.min(at, backed)), Math.max(0, Math.min(at + Math.min(length, mostAvailable), backed)));
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
    compare: (a, aLength, b, bLength) => compare(a, aLength, all, b, there(b, bLength), bLength, Math.max(b, backed)),
    compareWith: (a, aLength, bytes) => compare(a, aLength, bytes, 0, bytes.length, bytes.length),
    bytes: (at, length) => (check(at, length), all.subarray(at, at + length)),
    available,
    glance: available,
  };
}

/** The pieces of a file that were read last, one behind the other in one memory; the oldest give their room to the next ones. */
class Pieces {
  bytes = new Uint8Array(firstPieces * pieceSize);
  view = new DataView(this.bytes.buffer);
  /** Where each piece stands, -1 when it does not, and which piece stands there. */
  private readonly places: Int32Array;
  private readonly pieceAt = new Int32Array(mostPieces).fill(-1);
  private next = 0;
  /** The piece behind those that were read last. */
  private expected = -1;
  /** Address of the first byte of the piece that was asked for last, and its offset in the memory. */
  private start = Number.NEGATIVE_INFINITY;
  private offset = 0;

  constructor(private readonly source: ByteSource, private readonly fileSize: number) {
    this.places = new Int32Array(Math.ceil(fileSize / pieceSize) + readAhead).fill(-1);
  }

  /** Brings the piece that holds an address into memory; where the byte is there. */
  reach(at: number): number {
    const within = at - this.start;
    if (within >= 0 && within < pieceSize) return this.offset + within;
    const piece = Math.floor(at / pieceSize);
    const place = this.places[piece]!;
    this.offset = (place < 0 ? this.load(piece) : place) * pieceSize;
    this.start = piece * pieceSize;
    return this.offset + at - this.start;
  }

  /** How many bytes from an address on stand in its piece, which must have been reached last. */
  rest(at: number): number {
    return this.start + pieceSize - at;
  }

  /** Whether a range lies in the piece that was reached last. */
  holds(at: number, length: number): boolean {
    return at >= this.start && at + length <= this.start + pieceSize;
  }

  private load(piece: number): number {
    const count = piece === this.expected ? readAhead : 1;
    if (this.next + count > mostPieces) this.next = 0;
    const place = this.next;
    for (let i = 0; i < count; i++) {
      const old = this.pieceAt[place + i]!;
      if (old >= 0 && this.places[old] === place + i) this.places[old] = -1;
      this.pieceAt[place + i] = piece + i;
      this.places[piece + i] = place + i;
    }
    this.next = place + count;
    this.expected = piece + count;
    this.read(piece * pieceSize, place * pieceSize, this.next * pieceSize);
    return place;
  }

  /** Reads from an address on into a range of the memory, with zeros behind the end of the file. */
  private read(at: number, start: number, end: number): void {
    if (end > this.bytes.length) this.grow(end);
    const wanted = Math.max(0, Math.min(end - start, this.fileSize - at));
    let filled = 0;
    if (this.source.readInto !== undefined && wanted > 0) filled = this.source.readInto(this.bytes.subarray(start, start + wanted), at);
    else if (wanted > 0) {
      const read = this.source.read(at, wanted);
      this.bytes.set(read, start);
      filled = read.length;
    }
    if (start + filled < end) this.bytes.fill(0, start + filled, end);
  }

  private grow(end: number): void {
    const wider = new Uint8Array(Math.min(Math.max(end, this.bytes.length * 2), mostPieces * pieceSize));
    wider.set(this.bytes);
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}

const piecesOfSources = new WeakMap<ByteSource, Map<number, Pieces>>();

/** The pieces of a file of one size: a file is mapped by one kind of server after the other, and all may look at the same. */
function piecesOf(source: ByteSource, fileSize: number): Pieces {
  const ofSizes = piecesOfSources.get(source) ?? new Map<number, Pieces>();
  piecesOfSources.set(source, ofSizes);
  const pieces = ofSizes.get(fileSize) ?? new Pieces(source, fileSize);
  ofSizes.set(fileSize, pieces);
  return pieces;
}

function mapPieces(source: ByteSource, fileSize: number, backed: number, mapSize: number, littleEndian: boolean): MappedFile {
  const pieces = piecesOf(source, fileSize);
  const check = (at: number, length: number): void => {
    if (at < 0 || at + length > backed) end(at + length > backed && at < backed ? backed : at, mapSize);
  };
  const byte = (at: number): number => {
    const offset = pieces.reach(at);
    return pieces.bytes[offset]!;
  };
  /** A number across two pieces. */
  const across = (at: number, length: number): number => {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + byte(littleEndian ? at + length - 1 - i : at + i);
    return value;
  };
  const u16 = (at: number): number => {
    const offset = pieces.reach(at);
    return pieces.holds(at, 2) ? pieces.view.getUint16(offset, littleEndian) : across(at, 2);
  };
  const u32 = (at: number): number => {
    const offset = pieces.reach(at);
    return pieces.holds(at, 4) ? pieces.view.getUint32(offset, littleEndian) : across(at, 4);
  };
  /** Compares with bytes that are in memory, as far as a piece reaches at a time. */
  const compareWith = (a: number, aLength: number, bytes: Uint8Array): number => {
    const length = Math.min(aLength, bytes.length);
    for (let done = 0; done < length; ) {
      check(a + done, 1);
      const offset = pieces.reach(a + done);
      const part = Math.min(length - done, pieces.rest(a + done), backed - a - done);
      const order = orderOf(pieces.bytes, offset, bytes, done, part);
      if (order !== 0) return order;
      done += part;
    }
    return Math.sign(aLength - bytes.length);
  };
  const copyOf = (at: number, length: number): Uint8Array => {
    check(at, length);
    const first = pieces.reach(at);
    if (pieces.holds(at, length)) return pieces.bytes.slice(first, first + length);
    const copy = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const offset = pieces.reach(at + done);
      const part = Math.min(length - done, pieces.rest(at + done));
      copy.set(pieces.bytes.subarray(offset, offset + part), done);
      done += part;
    }
    return copy;
  };
  const there = (at: number, length: number): number => Math.max(0, Math.min(length, mostAvailable, backed - at));
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
      const common = Math.min(aLength, bLength);
      if (a >= 0 && a + common <= backed && b + common <= backed) {
        const offset = pieces.reach(a);
        if (pieces.holds(a, common) && pieces.holds(b, common)) {
          return orderOf(pieces.bytes, offset, pieces.bytes, offset + b - a, common) || Math.sign(aLength - bLength);
        }
      }
      // The second range is copied: reading the first may give its piece away.
      const known = Math.max(0, Math.min(common, backed - b));
      const order = known === 0 ? 0 : compareWith(a, known, copyOf(b, known));
      if (order !== 0) return order;
      if (known < common) check(b + known, 1);
      return Math.sign(aLength - bLength);
    },
    compareWith,
    bytes: copyOf,
    available: (at, length) => copyOf(Math.min(at, backed), there(at, length)),
    glance: (at, length) => {
      const size = there(at, length);
      if (size === 0) return nothing;
      const offset = pieces.reach(at);
      return pieces.holds(at, size) ? pieces.bytes.subarray(offset, offset + size) : copyOf(at, size);
    },
  };
}
