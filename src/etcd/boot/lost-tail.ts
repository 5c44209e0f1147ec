import { decodeRecord, recordTypeNames } from '../../formats/wal/index.js';
import type { ByteSource } from '../../formats/source.js';
import type { LogFiles } from '../raft/log.js';
import type { StartedLog } from './log-start.js';

/** Length to which etcd lengthens a new segment in advance (wal.go SegmentSizeBytes). */
export const segmentBytes = 64_000_000;

/** Why writes that a client saw acknowledged may be missing from the end of a log. */
export type TailLoss =
  | { readonly kind: 'torn'; readonly bytes: number }
  | { readonly kind: 'records-behind-end'; readonly offset: number }
  | { readonly kind: 'cut-short'; readonly size: number };

const zeros = Buffer.alloc(1 << 20);

/** Offset of the first byte that is not zero, at or behind `from`; null when there is none. */
function firstNonZero(source: ByteSource, from: number): number | null {
  for (let at = from; at < source.byteLength; at += zeros.length) {
    const bytes = source.read(at, zeros.length);
    if (Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0) continue;
    return at + bytes.findIndex((byte) => byte !== 0);
  }
  return null;
}

/** Length that a frame here gives its record; null where the file ends before. */
function lengthAt(source: ByteSource, offset: number): number | null {
  const head = source.read(offset, 8);
  if (head.length < 8) return null;
  const view = new DataView(head.buffer, head.byteOffset, 8);
  return (view.getUint32(4, true) & 0x00ff_ffff) * 2 ** 32 + view.getUint32(0, true);
}

/** True when a whole record with a known type starts here. */
function recordAt(source: ByteSource, offset: number): boolean {
  const length = lengthAt(source, offset);
  if (length === null || length < 4 || length > source.byteLength - offset - 8) return false;
  const { record, error } = decodeRecord(source.read(offset + 8, length), 'gogo');
  return error === null && recordTypeNames[record.type] !== undefined && record.data.length > 0 && record.data.length > length - 20;
}

/** How far behind the end whole records are looked for. */
const searchWindow = 1 << 20;

function recordsBehind(source: ByteSource, end: number): number | null {
  const first = firstNonZero(source, end);
  if (first === null) return null;
  const stop = Math.min(source.byteLength, first + searchWindow);
  for (let at = first - (first % 8); at < stop; at += 8) if (recordAt(source, at)) return at;
  return null;
}

/**
 * True when what lies here never began a record, so that nothing is lost with it: no record is so long, none follows its
 * length, and the rest of the disk sector, with the end of the last record in it, is whole. The eight bytes of a length
 * are written at once, so a torn write leaves a real one.
 */
function isForeign(source: ByteSource, offset: number): boolean {
  const length = lengthAt(source, offset);
  const [typeTag, type, sumTag] = source.read(offset + 8, 3);
  const startsRecord = typeTag === 0x08 && sumTag === 0x10 && recordTypeNames[type ?? 0] !== undefined;
  return offset % 512 !== 0 && length !== null && length > segmentBytes * 2 && !startsRecord && recordsBehind(source, offset) === null;
}

/** Where a repair cuts off bytes that never were a record; null when it does not. */
export function foreignTail(original: LogFiles, { repair }: StartedLog): number | null {
  const source = original.segments.at(-1)?.source;
  return source !== undefined && repair !== null && isForeign(source, repair.offset) ? repair.offset : null;
}

/**
 * Signs that the end of a log was lost: a repair that cuts off more than zeros, whole records behind
 * the place where reading ends, or a last segment that stops right behind a record although etcd
 * lengthens segments in advance.
 */
export function tailLoss(original: LogFiles, started: StartedLog): TailLoss | null {
  const segment = original.segments.at(-1);
  if (segment === undefined) return null;
  const { source } = segment;
  if (started.repair !== null) {
    return firstNonZero(source, started.repair.offset) === null || isForeign(source, started.repair.offset) ? null : { kind: 'torn', bytes: started.repair.bytes };
  }
  const end = started.read.endOffset;
  if (started.read.endSegment !== original.segments.length - 1) return null;
  if (source.byteLength === end && end < segmentBytes) return { kind: 'cut-short', size: end };
  const offset = recordsBehind(source, end);
  return offset === null ? null : { kind: 'records-behind-end', offset };
}

