import { crc32c, crc32cOfFew } from '../crc32c.js';
import type { ByteSource } from '../source.js';
import { walDialect, type WalDialect } from './dialect.js';
import { decodeRecord, locateRecord, recordType, type RecordPlace } from './record.js';

/** One file of the log, in reading order. */
export interface WalSegment {
  readonly name: string;
  readonly source: ByteSource;
}

/** A record that passed its CRC. `data` is a view that the next record may overwrite. */
export interface WalRecord {
  readonly type: number;
  readonly crc: number;
  readonly data: Uint8Array;
  /** Number of the segment in the list that was given. */
  readonly segment: number;
  /** Byte offset of the frame and of the data in the segment, and of the first byte behind the frame. */
  readonly offset: number;
  readonly dataOffset: number;
  readonly end: number;
}

/** Why reading stopped before the end of the log. */
export interface WalError {
  readonly kind: 'unexpected-eof' | 'crc' | 'chain' | 'protobuf' | 'size-limit';
  /** The words of etcd. */
  readonly message: string;
  /** True when etcd counts it as a torn tail: it cuts the last segment there and goes on. */
  readonly repairable: boolean;
  readonly segment: number;
  readonly offset: number;
}

/** Where reading ended. `error` null: at the end of the last segment or at its zero tail. */
export interface WalEnd {
  readonly error: WalError | null;
  /** Segment that was being read, and the offset behind its last good record. */
  readonly segment: number;
  readonly offset: number;
  readonly crc: number;
}

const sector = 512;
const frameSize = 8;
const blockSize = 1 << 20;
/** Below this many bytes a checksum in JavaScript is faster than a call into native code. */
const few = 350;

/** A stretch of one source that is in memory. */
interface Block {
  bytes: Uint8Array;
  view: DataView;
  start: number;
}

const nothing = new Uint8Array();

function fill(block: Block, bytes: Uint8Array, start: number): void {
  block.bytes = bytes;
  block.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  block.start = start;
}

/** Index in the block at which `length` bytes of the source lie; reads on when they are not there. -1: the source ends before. */
function locate(source: ByteSource, block: Block, offset: number, length: number): number {
  const at = offset - block.start;
  if (at >= 0 && at + length <= block.bytes.length) return at;
  fill(block, source.read(offset, Math.max(blockSize, length)), offset);
  return block.bytes.length < length ? -1 : 0;
}

/** True when a 512-byte sector of the file, or the part of it that the record covers, is all zero. */
export function isTorn(data: Uint8Array, fileOffset: number): boolean {
  for (let at = 0; at < data.length; ) {
    const stop = Math.min(data.length, at + sector - ((fileOffset + at) % sector));
    let zero = true;
    for (let i = at; i < stop && zero; i++) zero = data[i] === 0;
    if (zero) return true;
    at = stop;
  }
  return false;
}

/**
 * The record that was read last, without an object of its own: `bytes[dataStart, dataEnd)` is its data, good
 * until the next step.
 */
export interface RecordCursor {
  readonly type: number;
  readonly crc: number;
  readonly segment: number;
  /** Byte offset of the frame and of the data in the segment, and of the first byte behind the frame. */
  readonly offset: number;
  readonly dataOffset: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly dataStart: number;
  readonly dataEnd: number;
  /** Reads the next record. Null when there is one, else where and why reading ended. */
  next(): WalEnd | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads the records of a log in order, as etcd's decoder does (server/storage/wal/decoder.go): a zero length
 * or the end of a file goes on with the next segment, the CRC runs over the data of all records, and a
 * crc record at the head of a segment must repeat it. Never throws.
 */
export function recordCursor(segments: readonly WalSegment[], dialect: WalDialect = walDialect('3.5')): RecordCursor {
  const place: RecordPlace = { type: 0, crc: 0, dataStart: 0 };
  const block: Block = { bytes: nothing, view: new DataView(nothing.buffer), start: 0 };
  let crc = 0;
  let segment = 0;
  let offset = 0;
  const stop = (error: WalError | null): WalEnd => ({ error, segment, offset, crc });
  const fail = (kind: WalError['kind'], message: string, repairable: boolean): WalEnd => stop({ kind, message, repairable, segment, offset });
  const cursor: Mutable<RecordCursor> = { type: 0, crc: 0, segment: 0, offset: 0, dataOffset: 0, end: 0, bytes: nothing, dataStart: 0, dataEnd: 0, next: () => null };

  /** Whether a tear explains what is wrong with the frame whose `length` bytes lie at an index of the block. */
  const torn = (at: number, length: number): boolean => segment === segments.length - 1 && isTorn(block.bytes.subarray(at, at + length), offset + frameSize);

  /** A frame of `recordBytes` and `padBytes` that is there as a whole. */
  const record = (name: string, source: ByteSource, recordBytes: number, padBytes: number): WalEnd | null => {
    const dataStart = offset + frameSize;
    const whole = recordBytes + padBytes;
    const at = whole > source.byteLength - dataStart ? -1 : locate(source, block, dataStart, whole);
    if (at < 0) return fail('unexpected-eof', 'unexpected EOF', true);
    const recordEnd = at + recordBytes;
    let dataEnd = recordEnd;
    if (!locateRecord(block.bytes, at, recordEnd, place)) {
      const decoded = decodeRecord(block.bytes.subarray(at, recordEnd), dialect.protobuf);
      if (decoded.error !== null) return torn(at, whole) ? fail('unexpected-eof', 'unexpected EOF', true) : fail('protobuf', decoded.error, decoded.error === 'unexpected EOF');
      place.type = decoded.record.type;
      place.crc = decoded.record.crc;
      place.dataStart = decoded.record.data.length === 0 ? recordEnd : decoded.record.data.byteOffset - block.bytes.byteOffset;
      dataEnd = place.dataStart + decoded.record.data.length;
    }
    const isCrc = place.type === recordType.crc;
    const length = dataEnd - place.dataStart;
    const running = isCrc ? crc : length < few ? crc32cOfFew(block.view, place.dataStart, dataEnd, crc) : crc32c(block.bytes.subarray(place.dataStart, dataEnd), crc);
    if (running !== place.crc && !isCrc) {
      const position = dialect.positioned ? `: in file '${name}' at position: ${offset}` : '';
      if (torn(at, whole)) return fail('unexpected-eof', `unexpected EOF${position}`, true);
      const values = dialect.positioned ? `: expected: ${place.crc.toString(16)} computed: ${running.toString(16)}` : '';
      return fail('crc', `walpb: crc mismatch${values}${position}`, false);
    }
    if (isCrc && running !== 0 && running !== place.crc) return fail('chain', dialect.chainText, false);
    crc = isCrc ? place.crc : running;
    cursor.type = place.type;
    cursor.crc = place.crc;
    cursor.segment = segment;
    cursor.offset = offset;
    cursor.bytes = block.bytes;
    cursor.dataStart = place.dataStart;
    cursor.dataEnd = dataEnd;
    cursor.dataOffset = block.start + place.dataStart;
    offset = dataStart + whole;
    cursor.end = offset;
    return null;
  };

  cursor.next = () => {
    for (;;) {
      const current = segments[segment];
      if (current === undefined) return stop(null);
      const { source, name } = current;
      const head = locate(source, block, offset, frameSize);
      const h = block.bytes;
      const low = head < 0 ? 0 : (h[head]! | (h[head + 1]! << 8) | (h[head + 2]! << 16) | (h[head + 3]! << 24)) >>> 0;
      const high = head < 0 ? 0 : (h[head + 4]! | (h[head + 5]! << 8) | (h[head + 6]! << 16) | (h[head + 7]! << 24)) >>> 0;
      if (head < 0 ? h.length === 0 : low === 0 && high === 0) {
        if (segment + 1 >= segments.length) return stop(null);
        segment += 1;
        offset = 0;
        fill(block, nothing, 0);
        continue;
      }
      if (head < 0) return fail('unexpected-eof', 'unexpected EOF', true);
      // The record's length in 56 bits; when the sign bit is set, three bits above it are the padding's.
      const recordBytes = (high & 0x00ff_ffff) * 2 ** 32 + low;
      const padBytes = high >>> 31 === 1 ? (high >>> 24) & 7 : 0;
      if (dialect.entryLimit === 'ten-mebibytes') {
        if (recordBytes >= 10 * 1024 * 1024 - padBytes) return fail('size-limit', 'wal: max entry size limit exceeded', false);
      } else {
        const limit = source.byteLength - offset - padBytes;
        if (recordBytes > limit) {
          return fail('size-limit', `unexpected EOF: [wal] max entry size limit exceeded when ${dialect.limitVerb} "${name}", recBytes: ${recordBytes}, fileSize(${source.byteLength}) - offset(${offset}) - padBytes(${padBytes}) = entryLimit(${limit})`, true);
        }
      }
      return record(name, source, recordBytes, padBytes);
    }
  };
  return cursor;
}

/** The records of a log one by one, as `recordCursor` reads them. Returns where and why it ended. Never throws. */
export function* readRecords(segments: readonly WalSegment[], dialect: WalDialect = walDialect('3.5')): Generator<WalRecord, WalEnd> {
  const cursor = recordCursor(segments, dialect);
  for (let end = cursor.next(); ; end = cursor.next()) {
    if (end !== null) return end;
    const { type, crc, segment, offset, dataOffset, end: behind } = cursor;
    yield { type, crc, data: cursor.bytes.subarray(cursor.dataStart, cursor.dataEnd), segment, offset, dataOffset, end: behind };
  }
}
