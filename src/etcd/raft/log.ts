import { isContinuous, recordCursor, recordType, segmentFor, segmentNames, walDialect, type RecordCursor, type SegmentName, type WalDialect, type WalEnd, type WalSegment } from '../../formats/wal/index.js';
import type { ProtobufDialect } from '../../formats/protobuf/strict.js';
import type { ByteSource } from '../../formats/source.js';
import { decodeEntry, decodeHardState, decodeMetadata, decodeSnapshotMark, locateEntry, type EntryPlace, type HardState, type SnapshotMark } from './messages.js';

/** An entry of the log and where its request lies; read it with `entryData`. */
export interface LogEntry {
  readonly type: number;
  readonly term: bigint;
  readonly index: bigint;
  readonly segment: number;
  readonly dataOffset: number;
  readonly dataLength: number;
}

/** The log of one member, as files. */
export interface LogFiles {
  readonly names: readonly SegmentName[];
  readonly segments: readonly WalSegment[];
  readonly dialect: WalDialect;
}

/** Why a log cannot be used: the words of etcd and where. */
export interface LogFailure {
  readonly message: string;
  /** True when it is counted as a torn tail. */
  readonly unexpectedEof: boolean;
  /** A panic of the process instead of an error that is passed on. */
  readonly panics: boolean;
  /** Segment number in `LogFiles`, or null when it is not about one. */
  readonly segment: number | null;
}

const noHardState: HardState = { term: 0n, vote: 0n, commit: 0n };

/** Collects the segments from the files of a `wal` directory. `version` picks the decoder. */
export function logFiles(files: ReadonlyMap<string, ByteSource>, version: string): LogFiles {
  const names = segmentNames(files.keys());
  return { names, segments: names.map(({ name }) => ({ name, source: files.get(name)! })), dialect: walDialect(version) };
}

function endFailure(end: WalEnd, from: number): LogFailure | null {
  if (end.error === null) return null;
  const { message, repairable, segment } = end.error;
  return { message, unexpectedEof: repairable, panics: false, segment: segment + from };
}

const dataOf = (record: RecordCursor): Uint8Array => record.bytes.subarray(record.dataStart, record.dataEnd);

/** pbutil.MustUnmarshal: the record's CRC was right and its content is not what its type says. */
function broken(error: string, segment: number): LogFailure {
  return { message: `unmarshal should never fail (${error})`, unexpectedEof: false, panics: true, segment };
}

/**
 * Snapshot marks up to the last recorded commit, over all segments (wal.ValidSnapshotEntries). A torn
 * tail ends the reading quietly; anything else is the failure.
 */
export function validSnapshots(log: LogFiles): { readonly marks: readonly SnapshotMark[]; readonly state: HardState; readonly failure: LogFailure | null } {
  const marks: SnapshotMark[] = [];
  let state = noHardState;
  const record = recordCursor(log.segments, log.dialect);
  for (let end = record.next(); ; end = record.next()) {
    if (end !== null) {
      const failure = endFailure(end, 0);
      return { marks: marks.filter((mark) => mark.index <= state.commit), state, failure: failure?.unexpectedEof === true ? null : failure };
    }
    const { type, segment } = record;
    if (type === recordType.snapshot) {
      const mark = decodeSnapshotMark(dataOf(record), log.dialect.protobuf, log.dialect.marksNameMembers);
      if (mark.error !== null) return { marks, state, failure: broken(mark.error, segment) };
      marks.push(mark.value);
    } else if (type === recordType.state) {
      const decoded = decodeHardState(dataOf(record), log.dialect.protobuf);
      if (decoded.error !== null) return { marks, state, failure: broken(decoded.error, segment) };
      state = decoded.value;
    }
  }
}

/** What etcd holds in memory after reading its log. */
export interface ReadLog {
  readonly memberId: bigint | null;
  readonly clusterId: bigint | null;
  readonly state: HardState;
  /** Entries above `start`, in order, gaps impossible; overwritten ones left out. */
  readonly entries: readonly LogEntry[];
  readonly failure: LogFailure | null;
  /** Offset behind the last good record of the last segment that was read, and its number. */
  readonly endSegment: number;
  readonly endOffset: number;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Makes the entries of a log out of its records. */
function entryReader(protobuf: ProtobufDialect): (record: RecordCursor, segment: number) => LogEntry | { readonly error: string } {
  const place: EntryPlace = { type: 0, term: 0, index: 0, dataStart: 0 };
  // Entries of one term share its number: a log has few terms.
  let [term, termNumber] = [0n, 0];
  return (record, segment) => {
    const { bytes, dataStart, dataEnd, dataOffset } = record;
    if (locateEntry(bytes, dataStart, dataEnd, place)) {
      if (place.term !== termNumber) [term, termNumber] = [BigInt(place.term), place.term];
      const dataLength = dataEnd - place.dataStart;
      return { type: place.type, term, index: BigInt(place.index), segment, dataOffset: dataLength === 0 ? dataOffset : dataOffset + place.dataStart - dataStart, dataLength };
    }
    const data = dataOf(record);
    const { value, error } = decodeEntry(data, protobuf);
    if (error !== null) return { error };
    return { type: value.type, term: value.term, index: value.index, segment, dataOffset: value.data.length === 0 ? dataOffset : dataOffset + (value.data.byteOffset - data.byteOffset), dataLength: value.data.length };
  };
}

/**
 * Reads the log above a snapshot (WAL.ReadAll in write mode, from the segment that may hold the next
 * entry on). The entries read before a failure are kept.
 */
export function readLog(log: LogFiles, start: { readonly index: bigint; readonly term: bigint }): ReadLog {
  const from = Math.max(0, segmentFor(log.names, start.index));
  const { protobuf, positioned, marksNameMembers } = log.dialect;
  let metadata: Uint8Array | null = null;
  let state = noHardState;
  const entries: LogEntry[] = [];
  const record = recordCursor(log.segments.slice(from), log.dialect);
  const entryOf = entryReader(protobuf);
  const finish = (failure: LogFailure | null, endSegment: number, endOffset: number): ReadLog => {
    const ids = metadata === null ? null : decodeMetadata(metadata, protobuf);
    const refused = ids?.error != null && failure === null ? broken(ids.error, from) : failure;
    return { memberId: ids?.value?.memberId ?? null, clusterId: ids?.value?.clusterId ?? null, state, entries, failure: refused, endSegment, endOffset };
  };
  const fail = (message: string): ReadLog => finish({ message, unexpectedEof: false, panics: false, segment: record.segment + from }, record.segment + from, record.offset);
  const panicked = (error: string): ReadLog => finish(broken(error, record.segment + from), record.segment + from, record.offset);
  /** Puts an entry behind those before it; null when that works. */
  const take = (entry: LogEntry): ReadLog | null => {
    if (entry.index <= start.index) return null;
    const position = entry.index - start.index - 1n;
    if (position > entries.length) {
      const where = positioned ? `, snapshot[Index: ${start.index}, Term: ${start.term}], current entry[Index: ${entry.index}, Term: ${entry.term}], len(ents): ${entries.length}` : '';
      return fail(`wal: slice bounds out of range${where}`);
    }
    // What a later leader replaces.
    if (position < entries.length) entries.length = Number(position);
    entries.push(entry);
    return null;
  };
  for (let end = record.next(); ; end = record.next()) {
    if (end !== null) return finish(endFailure(end, from), end.segment + from, end.offset);
    const { type } = record;
    if (type === recordType.entry) {
      const entry = entryOf(record, record.segment + from);
      if ('error' in entry) return panicked(entry.error);
      const failed = take(entry);
      if (failed !== null) return failed;
    } else if (type === recordType.state) {
      const decoded = decodeHardState(dataOf(record), protobuf);
      if (decoded.error !== null) return panicked(decoded.error);
      state = decoded.value;
    } else if (type === recordType.metadata) {
      const data = dataOf(record);
      if (metadata !== null && !same(metadata, data)) return fail('wal: conflicting metadata found');
      metadata = Uint8Array.from(data);
    } else if (type === recordType.snapshot) {
      const mark = decodeSnapshotMark(dataOf(record), protobuf, marksNameMembers);
      if (mark.error !== null) return panicked(mark.error);
      if (mark.value.index === start.index && mark.value.term !== start.term) return fail('wal: snapshot mismatch');
    } else if (type !== recordType.crc) {
      // 3.7 prints the address of the number instead.
      return fail(protobuf === 'google' ? 'unexpected block type' : `unexpected block type ${type}`);
    }
  }
}

/** What prevents opening the log for a snapshot, in the words of each line; null when nothing does. */
export function openFailure(log: LogFiles, index: bigint): string | null {
  const modern = log.dialect.positioned;
  if (log.names.length === 0) return modern ? 'openAtIndex failed: [openAtIndex] selectWALFiles failed: readWALNames failed: wal: file not found' : 'wal: file not found';
  const from = segmentFor(log.names, index);
  if (from < 0) return modern ? `openAtIndex failed: [openAtIndex] selectWALFiles failed: wal: file not found which matches the snapshot index '${index}'` : 'wal: file not found';
  if (!isContinuous(log.names.slice(from))) {
    return modern ? `openAtIndex failed: [openAtIndex] selectWALFiles failed: wal: file sequence numbers (starting from ${from}) do not increase continuously` : 'wal: file not found';
  }
  return null;
}

/** The request bytes of an entry; a view that the next read may overwrite. */
export function entryData(log: LogFiles, entry: LogEntry): Uint8Array {
  return log.segments[entry.segment]?.source.read(entry.dataOffset, entry.dataLength) ?? new Uint8Array();
}
