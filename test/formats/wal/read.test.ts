import { describe, expect, it } from 'vitest';
import { bytesSource, isContinuous, parseSegmentName, readRecords, recordType, segmentFor, segmentNames, walDialect, type WalEnd, type WalRecord } from '../../../src/formats/wal/index.js';
import { randomNumbers } from '../../../scripts/fuzz/mutate.js';
import { writeLog, type NewRecord } from './written-log.js';

interface Read {
  readonly records: { readonly type: number; readonly data: string; readonly segment: number; readonly offset: number }[];
  readonly end: WalEnd;
}

function readAll(files: readonly Uint8Array[], version = '3.5.30'): Read {
  const segments = files.map((bytes, i) => ({ name: `${i.toString(16).padStart(16, '0')}-0000000000000000.wal`, source: bytesSource(bytes) }));
  const reader = readRecords(segments, walDialect(version));
  const records: Read['records'] = [];
  for (let next = reader.next(); ; next = reader.next()) {
    if (next.done === true) return { records, end: next.value };
    const { type, data, segment, offset }: WalRecord = next.value;
    records.push({ type, data: Buffer.from(data).toString('latin1'), segment, offset });
  }
}

/** Random records in one to three segments. */
function randomLog(random: () => number): NewRecord[][] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    Array.from({ length: 1 + Math.floor(random() * 30) }, () => ({ type: 1 + Math.floor(random() * 3), data: Uint8Array.from({ length: Math.floor(random() ** 3 * 3000) }, () => 1 + Math.floor(random() * 255)) })),
  );
}

describe('reading a log', () => {
  it('gives back what was written, over any number of segments', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const written = randomLog(randomNumbers(seed));
      const { records, end } = readAll(writeLog(written));
      expect(end.error).toBeNull();
      expect(records.filter(({ type }) => type !== recordType.crc).map(({ type, data }) => ({ type, data }))).toEqual(written.flat().map(({ type, data }) => ({ type, data: Buffer.from(data).toString('latin1') })));
    }
  });

  it('reads a prefix of the records of a file cut anywhere, and says that it can be repaired', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const random = randomNumbers(seed);
      const files = writeLog(randomLog(random), 0);
      const last = files.at(-1)!;
      const whole = readAll(files).records;
      const cut = Math.floor(random() * last.length);
      const { records, end } = readAll([...files.slice(0, -1), last.subarray(0, cut)]);
      expect(records).toEqual(whole.slice(0, records.length));
      expect(end.error?.repairable ?? true).toBe(true);
      expect(end.offset).toBeLessThanOrEqual(cut);
    }
  });

  it('never passes a record whose data changed', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = randomNumbers(seed);
      const files = writeLog([[{ type: 2, data: Buffer.from('first record of some length') }, { type: 2, data: Buffer.from('second record, which is changed') }, { type: 3, data: Buffer.from('third') }]]);
      const at = files[0]!.indexOf('second') + Math.floor(random() * 30);
      files[0]![at] = files[0]![at]! ^ (1 << Math.floor(random() * 8));
      const { records, end } = readAll(files);
      expect(records).toHaveLength(2);
      expect(end.error).toMatchObject({ kind: 'crc', repairable: false, message: 'walpb: crc mismatch' });
    }
  });

  it('tells a torn tail from damage by whole sectors of zeros, in the last segment only', () => {
    const long = { type: 2, data: Buffer.alloc(3000, 7) };
    const torn = writeLog([[long], [long, long]]);
    torn[1]!.fill(0, 3072 + 512, 3072 + 1024);
    expect(readAll(torn).end.error).toMatchObject({ kind: 'unexpected-eof', repairable: true, segment: 1 });
    const middle = writeLog([[long, long], [long]]);
    middle[0]!.fill(0, 3072 + 512, 3072 + 1024);
    expect(readAll(middle).end.error).toMatchObject({ kind: 'crc', repairable: false, segment: 0 });
    const half = writeLog([[long]]);
    half[0]!.fill(0, 600, 1000);
    expect(readAll(half).end.error).toMatchObject({ kind: 'crc', repairable: false });
  });

  it('follows the chain of checksums from segment to segment', () => {
    const [first, second] = writeLog([[{ type: 2, data: Buffer.from('a') }], [{ type: 2, data: Buffer.from('b') }]]);
    expect(readAll([first!, second!]).end.error).toBeNull();
    // Alone, a later segment is readable: its crc record starts the chain.
    expect(readAll([second!]).end.error).toBeNull();
    expect(readAll([second!, first!]).end.error).toMatchObject({ kind: 'chain', message: 'wal: crc mismatch' });
    expect(readAll([second!, first!], '3.6.16').end.error?.message).toBe('walpb: crc mismatch');
  });

  it('limits a record as each version does', () => {
    const [bytes] = writeLog([[{ type: 2, data: Buffer.from('entry') }]]);
    const end = readAll([bytes!]).end.offset;
    const huge = Buffer.from(bytes!);
    huge.writeUInt32LE(0x7fffffff, end);
    expect(readAll([huge], '3.4.23').end.error).toMatchObject({ kind: 'size-limit', repairable: false, message: 'wal: max entry size limit exceeded' });
    expect(readAll([huge], '3.5.4').end.error).toMatchObject({ repairable: false });
    expect(readAll([huge], '3.5.30').end.error).toMatchObject({ kind: 'size-limit', repairable: true, message: expect.stringContaining(`recBytes: 2147483647, fileSize(${huge.length}) - offset(${end})`) });
    expect(readAll([huge], '3.6.16').end.error?.message).toContain('when reading');
  });

  it('reads names as etcd does', () => {
    expect(parseSegmentName('0000000000000001-0000000000001f5e.wal')).toEqual({ name: '0000000000000001-0000000000001f5e.wal', sequence: 1n, index: 0x1f5en });
    expect(parseSegmentName('0.tmp')).toBeNull();
    expect(parseSegmentName('old-0000000000000000-0000000000000000.wal')).toBeNull();
    const names = segmentNames(['0000000000000002-000000000000000a.wal', '0000000000000000-0000000000000000.wal', '0000000000000001-0000000000000005.wal', 'x.wal.broken']);
    expect(names.map(({ index }) => index)).toEqual([0n, 5n, 10n]);
    expect([segmentFor(names, 4n), segmentFor(names, 9n), segmentFor(names.slice(1), 1n)]).toEqual([0, 1, -1]);
    expect([isContinuous(names), isContinuous([names[1]!, names[1]!])]).toEqual([true, false]);
  });
});
