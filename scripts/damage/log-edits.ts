// Random damage of one segment of a log.
import { createHash } from 'node:crypto';
import { bytesSource } from '../../src/formats/source.js';
import { readRecords, recordType, type WalRecord } from '../../src/formats/wal/index.js';
import { writeLog, type NewRecord } from '../../test/formats/wal/written-log.js';
import { flip, noise, over, type Damage, type Dice } from './dice.js';

/** Its records, as far as they can be read. */
export function recordsOf(bytes: Buffer): readonly WalRecord[] {
  const reader = readRecords([{ name: 'x.wal', source: bytesSource(bytes) }]);
  const found: WalRecord[] = [];
  for (let next = reader.next(); next.done !== true; next = reader.next()) found.push({ ...next.value, data: Buffer.from(next.value.data) });
  return found;
}

/** Where they end. */
export const usedEnd = (bytes: Buffer): number => recordsOf(bytes).at(-1)?.end ?? bytes.length;

/** Writes the records of one segment again, with a chain that fits; the first record carries the old chain on. */
function rewritten(bytes: Buffer, records: readonly NewRecord[], head: number): Buffer {
  const [out] = writeLog([records.filter((record) => record.type !== recordType.crc)], 0, head);
  return Buffer.concat([out ?? Buffer.alloc(0), Buffer.alloc(Math.max(4096, bytes.length - (out?.length ?? 0)))]);
}

const rewrite = (change: (records: NewRecord[], random: Dice) => NewRecord[]): Damage => (bytes, random) => {
  const records = recordsOf(bytes);
  const first = records[0];
  if (first === undefined) return bytes;
  return rewritten(bytes, change(records.map(({ type, data }) => ({ type, data })), random), first.type === recordType.crc ? first.crc : 0);
};

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);

const entriesOf = (records: readonly NewRecord[]): readonly number[] => records.map((record, at) => (record.type === recordType.entry ? at : -1)).filter((at) => at >= 0);

export const logDamages: Readonly<Record<string, Damage>> = {
  'flip-used': (bytes, random) => flip(bytes, random.below(usedEnd(bytes)), 1 << random.below(8)),
  'flip-late': (bytes, random) => flip(bytes, usedEnd(bytes) - 1 - random.below(Math.min(3000, usedEnd(bytes))), 1 << random.below(8)),
  'flip-frame': (bytes, random) => flip(bytes, random.of(recordsOf(bytes)).offset + random.below(16), 1 << random.below(8)),
  'flip-last-crc': (bytes) => flip(bytes, (recordsOf(bytes).at(-1)?.offset ?? 0) + 12, 4),
  'flip-early': (bytes, random) => flip(bytes, random.below(200), 1 << random.below(8)),
  'cut-record': (bytes, random) => bytes.subarray(0, random.of(recordsOf(bytes).slice(-40)).offset),
  'cut-inside': (bytes, random) => {
    const record = random.of(recordsOf(bytes).slice(-40));
    return bytes.subarray(0, record.offset + 1 + random.below(record.end - record.offset - 1));
  },
  'cut-anywhere': (bytes, random) => bytes.subarray(0, random.below(usedEnd(bytes))),
  'cut-sector': (bytes, random) => bytes.subarray(0, random.below(Math.ceil(usedEnd(bytes) / 512)) * 512),
  'cut-to-end': (bytes) => bytes.subarray(0, usedEnd(bytes)),
  'zero-tail': (bytes, random) => Buffer.from(bytes).fill(0, usedEnd(bytes) - random.below(Math.min(4000, usedEnd(bytes)))),
  'zero-tail-sectors': (bytes, random) => Buffer.from(bytes).fill(0, Math.max(0, (Math.floor(usedEnd(bytes) / 512) - random.below(6)) * 512)),
  'zero-sector': (bytes, random) => {
    const at = random.below(Math.ceil(usedEnd(bytes) / 512)) * 512;
    return Buffer.from(bytes).fill(0, at, at + 512);
  },
  'page-zero': (bytes, random) => {
    const at = random.below(Math.ceil(usedEnd(bytes) / 4096)) * 4096;
    return Buffer.from(bytes).fill(0, at, at + 4096);
  },
  'sector-random': (bytes, random) => over(bytes, random.below(Math.ceil(usedEnd(bytes) / 512)) * 512, noise(random, 512)),
  'head-zero': (bytes) => Buffer.from(bytes).fill(0, 0, 8),
  'length-zero': (bytes, random) => {
    const { offset } = random.of(recordsOf(bytes).slice(-40));
    return Buffer.from(bytes).fill(0, offset, offset + 8);
  },
  'type-set': (bytes, random) => over(bytes, random.of(recordsOf(bytes).slice(random.below(2) === 0 ? -40 : 0)).offset + 9, Buffer.from([random.below(8)])),
  'records-repeated': (bytes, random) => {
    const records = recordsOf(bytes).slice(-1 - random.below(20));
    const from = records[0]?.offset ?? 0;
    return over(bytes, usedEnd(bytes), bytes.subarray(from, usedEnd(bytes)));
  },
  'torn-tail': (bytes, random) => {
    const record = random.of(recordsOf(bytes).slice(-8));
    return Buffer.from(bytes).fill(0, record.offset + 1 + random.below(record.end - record.offset - 1));
  },
  'zero-from-record': (bytes, random) => Buffer.from(bytes).fill(0, random.of(recordsOf(bytes).slice(random.below(2) === 0 ? -200 : 0)).offset),
  'ends-in-zeros': (bytes, random) => bytes.subarray(0, usedEnd(bytes) + random.of([1, 4, 7, 8, 16, 100])),
  'garbage-later': (bytes, random) => over(bytes, usedEnd(bytes) + random.of([8, 64, 512, 4096]), noise(random, 512)),
  'state-changed': rewrite((records, random) => {
    // Term, vote or commit of the last state.
    const at = records.findLastIndex(({ type }) => type === recordType.state);
    return records.map((record, i) => (i === at ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'commit-set': rewrite((records, random) => {
    const at = records.findLastIndex(({ type }) => type === recordType.state);
    const commit = random.of([0, 1, random.below(3000), 1e6]);
    const data = Buffer.from(records[at]?.data ?? []);
    const commitAt = data.indexOf(0x18, 12);
    return records.map((record, i) => (i === at && commitAt > 0 ? { type: record.type, data: Buffer.concat([data.subarray(0, commitAt + 1), Buffer.from(varint(commit))]) } : record));
  }),
  'snapshot-record': rewrite((records, random) => {
    const at = random.of(records.map((record, i) => (record.type === recordType.snapshot ? i : -1)).filter((i) => i >= 0));
    return records.map((record, i) => (i === at ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'metadata-byte': rewrite((records, random) => records.map((record) => (record.type === recordType.metadata ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record))),
  'head-of-entry': rewrite((records, random) => {
    // Type, term or index of an entry.
    const at = random.of(entriesOf(records).slice(-60));
    return records.map((record, i) => (i === at ? { type: record.type, data: flip(Buffer.from(record.data), random.below(8), 1 << random.below(8)) } : record));
  }),
  'garbage-tail': (bytes, random) => {
    const out = Buffer.from(bytes);
    const at = usedEnd(bytes);
    createHash('sha512').update(String(random.below(1e9))).digest().copy(out, Math.min(at, out.length - 64));
    return out;
  },
  'record-removed': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.filter((_, i) => i !== at);
  }),
  'record-twice': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.flatMap((record, i) => (i === at ? [record, record] : [record]));
  }),
  'records-swapped': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60, -1));
    const out = [...records];
    [out[at], out[at + 1]] = [out[at + 1]!, out[at]!];
    return out;
  }),
  'entry-byte': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.map((record, i) => (i === at ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'any-byte': rewrite((records, random) => {
    const at = random.below(records.length);
    return records.map((record, i) => (i === at && record.data.length > 0 ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'record-type': rewrite((records, random) => {
    const at = random.below(records.length);
    return records.map((record, i) => (i === at ? { type: random.of([1, 2, 3, 5, 6, 0]), data: record.data } : record));
  }),
  'states-removed': rewrite((records) => records.filter((record) => record.type !== recordType.state)),
  'last-entries-removed': rewrite((records, random) => {
    const last = new Set(entriesOf(records).slice(-1 - random.below(30)));
    return records.filter((_, i) => !last.has(i));
  }),
  'snapshots-removed': rewrite((records) => records.filter((record) => record.type !== recordType.snapshot)),
};
