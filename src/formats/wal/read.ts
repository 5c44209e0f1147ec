import { crc32c } from '../crc32c.js';
import type { ByteSource } from '../source.js';
import { walDialect, type WalDialect } from './dialect.js';
import { decodeRecord, recordType } from './record.js';

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

/** Reads forward through one source in large blocks. */
interface Window {
  bytes: Uint8Array;
  start: number;
}

function window(source: ByteSource, held: Window, offset: number, length: number): Uint8Array {
  const at = offset - held.start;
  if (at < 0 || at + length > held.bytes.length) {
    held.bytes = source.read(offset, Math.max(blockSize, length));
    held.start = offset;
  }
  const from = offset - held.start;
  return held.bytes.subarray(from, from + length);
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

interface Frame {
  readonly recordBytes: number;
  readonly padBytes: number;
}

/** The length field: record length in 56 bits; when the sign bit is set, three bits of padding length above. */
function frameOf(low: number, high: number): Frame {
  const recordBytes = (high & 0x00ff_ffff) * 2 ** 32 + low;
  return { recordBytes, padBytes: high >>> 31 === 1 ? (high >>> 24) & 7 : 0 };
}

/**
 * Records of a log in order, as etcd's decoder reads them (server/storage/wal/decoder.go): a zero length
 * or the end of a file goes on with the next segment, the CRC runs over the data of all records, and a
 * crc record at the head of a segment must repeat it. Returns where and why it ended. Never throws.
 */
export function* readRecords(segments: readonly WalSegment[], dialect: WalDialect = walDialect('3.5')): Generator<WalRecord, WalEnd> {
  let crc = 0;
  let segment = 0;
  let offset = 0;
  const held: Window = { bytes: new Uint8Array(), start: 0 };
  const stop = (error: WalError | null): WalEnd => ({ error, segment, offset, crc });
  const fail = (kind: WalError['kind'], message: string, repairable: boolean): WalEnd => stop({ kind, message, repairable, segment, offset });
  for (; ; ) {
    const current = segments[segment];
    if (current === undefined) return stop(null);
    const { source, name } = current;
    const head = window(source, held, offset, frameSize);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    if (head.length === 0 || (head.length === frameSize && view.getUint32(0, true) === 0 && view.getUint32(4, true) === 0)) {
      if (segment + 1 >= segments.length) return stop(null);
      segment += 1;
      offset = 0;
      held.bytes = new Uint8Array();
      held.start = 0;
      continue;
    }
    if (head.length < frameSize) return fail('unexpected-eof', 'unexpected EOF', true);
    const { recordBytes, padBytes } = frameOf(view.getUint32(0, true), view.getUint32(4, true));
    if (dialect.entryLimit === 'ten-mebibytes') {
      if (recordBytes >= 10 * 1024 * 1024 - padBytes) return fail('size-limit', 'wal: max entry size limit exceeded', false);
    } else {
      const limit = source.byteLength - offset - padBytes;
      if (recordBytes > limit) {
        return fail('size-limit', `unexpected EOF: [wal] max entry size limit exceeded when ${dialect.limitVerb} "${name}", recBytes: ${recordBytes}, fileSize(${source.byteLength}) - offset(${offset}) - padBytes(${padBytes}) = entryLimit(${limit})`, true);
      }
    }
    const dataStart = offset + frameSize;
    const whole = recordBytes + padBytes;
    if (whole > source.byteLength - dataStart) return fail('unexpected-eof', 'unexpected EOF', true);
    const framed = window(source, held, dataStart, whole);
    if (framed.length < whole) return fail('unexpected-eof', 'unexpected EOF', true);
    const last = segment === segments.length - 1;
    const { record, error } = decodeRecord(framed.subarray(0, recordBytes), dialect.protobuf);
    if (error !== null) {
      const torn = last && isTorn(framed, dataStart);
      return torn ? fail('unexpected-eof', 'unexpected EOF', true) : fail('protobuf', error, error === 'unexpected EOF');
    }
    const isCrc = record.type === BigInt(recordType.crc);
    const running = isCrc ? crc : crc32c(record.data, crc);
    if (!isCrc && running !== record.crc) {
      const position = dialect.positioned ? `: in file '${name}' at position: ${offset}` : '';
      if (last && isTorn(framed, dataStart)) return fail('unexpected-eof', `unexpected EOF${position}`, true);
      const values = dialect.positioned ? `: expected: ${record.crc.toString(16)} computed: ${running.toString(16)}` : '';
      return fail('crc', `walpb: crc mismatch${values}${position}`, false);
    }
    if (isCrc && running !== 0 && running !== record.crc) return fail('chain', dialect.chainText, false);
    crc = isCrc ? record.crc : running;
    const end = dataStart + whole;
    const dataOffset = dataStart + (record.data.byteOffset - framed.byteOffset);
    const type = record.type >= -0x8000_0000n && record.type < 0x8000_0000n ? Number(record.type) : Number.NaN;
    yield { type, crc: record.crc, data: record.data, segment, offset, dataOffset, end };
    offset = end;
  }
}
