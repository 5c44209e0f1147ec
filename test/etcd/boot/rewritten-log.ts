// Data directories of a test: as the program takes them, and with another log.
import type { DataDir } from '../../../src/etcd/data-dir.js';
import { entryType } from '../../../src/etcd/raft/messages.js';
import { bytesSource } from '../../../src/formats/source.js';
import { readRecords, recordType } from '../../../src/formats/wal/index.js';
import type { Files } from '../../damage/edits.js';
import { varint, writeLog, type NewRecord } from '../../formats/wal/written-log.js';

/** The first segment of a log. */
export const firstSegment = 'member/wal/0000000000000000-0000000000000000.wal';

export const dirOf = (files: Files): DataDir => ({ files: new Map([...files].map(([path, bytes]) => [path, bytesSource(bytes)])), complete: true });

/** The first segment written again with other records, and a chain that fits them. */
export function rewritten(files: Files, change: (records: readonly NewRecord[]) => readonly NewRecord[]): Files {
  const reader = readRecords([{ name: 'log.wal', source: bytesSource(files.get(firstSegment)!) }]);
  const records: NewRecord[] = [];
  for (let next = reader.next(); next.done !== true; next = reader.next()) {
    if (next.value.type !== recordType.crc) records.push({ type: next.value.type, data: Uint8Array.from(next.value.data) });
  }
  return new Map([...files, [firstSegment, writeLog([change(records)])[0]!]]);
}

/** The record of a normal entry. */
export const entryRecord = (term: number, index: number, request: Uint8Array | readonly number[]): NewRecord => ({
  type: recordType.entry,
  data: Uint8Array.from([0x08, entryType.normal, 0x10, term, 0x18, ...varint(index), 0x22, ...varint(request.length), ...request]),
});
