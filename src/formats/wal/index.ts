/**
 * A reader of etcd's write-ahead log.
 *
 * ```ts
 * import { readRecords, recordType } from 'etcd-autopsy/wal';
 * const log = readRecords([{ name: '0000000000000000-0000000000000000.wal', source }]);
 * for (let next = log.next(); ; next = log.next()) {
 *   if (next.done) { console.log(next.value.error ?? 'whole'); break; }
 *   if (next.value.type === recordType.entry) console.log(next.value.offset, next.value.data.length);
 * }
 * ```
 */
export { walDialect, type WalDialect } from './dialect.js';
export { isContinuous, parseSegmentName, segmentFor, segmentNames, type SegmentName } from './names.js';
export { isTorn, readRecords, recordCursor, type RecordCursor, type WalEnd, type WalError, type WalRecord, type WalSegment } from './read.js';
export { decodeRecord, recordType, recordTypeNames, type RecordFields } from './record.js';
export { bytesSource, type ByteSource } from '../source.js';
