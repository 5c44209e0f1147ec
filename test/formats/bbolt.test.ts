import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc32c, crc32c } from '../../src/formats/crc32c.js';
import { bucketEntries, bucketRows, openBolt, writeBolt, type NewRow } from '../../src/formats/bbolt/index.js';
import { checkErrors } from '../../src/formats/bbolt/behaviour/check.js';
import { openAsBbolt } from '../../src/formats/bbolt/behaviour/open.js';
import { bytesSource } from '../../src/formats/source.js';
import { openBackend, rowsOf } from '../../src/etcd/mvcc.js';
import { baseFiles } from '../damage/cases.js';
import { fuzz } from '../../scripts/fuzz/session.js';
import { fuzzTargets } from '../../scripts/fuzz/targets.js';

function build(buckets: readonly { readonly name: string; readonly rows: readonly NewRow[] }[], pageSize: number): Buffer {
  const parts: { bytes: Uint8Array; offset: number }[] = [];
  const size = writeBolt(buckets.map(({ name, rows }) => ({ name: Buffer.from(name), rows })), (bytes, offset) => void parts.push({ bytes, offset }), pageSize);
  const file = Buffer.alloc(size);
  for (const part of parts) file.set(part.bytes, part.offset);
  return file;
}

/** Rows with ascending, distinct keys. */
const rowsArbitrary = fc
  .uniqueArray(fc.record({ key: fc.uint8Array({ minLength: 1, maxLength: 60 }), value: fc.uint8Array({ maxLength: 9000 }) }), { maxLength: 60, selector: (row) => Buffer.from(row.key).toString('hex') })
  .map((rows) => [...rows].sort((a, b) => Buffer.compare(a.key, b.key)));

/** The same file in the other byte order, as s390x writes it: every number of a header, element, bucket and meta swapped. */
function swapped(file: Buffer, pageSize: number): Buffer {
  const out = Buffer.from(file);
  const swap = (at: number, width: 2 | 4 | 8): void => void out.set(Buffer.from(file.subarray(at, at + width)).reverse(), at);
  const pageAt = (at: number, isMeta: boolean): void => {
    swap(at, 8);
    for (const [offset, width] of [[8, 2], [10, 2], [12, 4]] as const) swap(at + offset, width);
    const [flags, count] = [file.readUInt16LE(at + 8), file.readUInt16LE(at + 10)];
    if (isMeta) {
      for (const offset of [16, 20, 24, 28]) swap(at + offset, 4);
      for (const offset of [32, 40, 48, 56, 64]) swap(at + offset, 8);
      return;
    }
    for (let i = 0; i < count; i++) {
      const element = at + 16 + i * 16;
      for (const offset of flags === 2 ? [0, 4, 8, 12] : [0, 4]) swap(element + offset, 4);
      if (flags === 1) swap(element + 8, 8);
      if (flags !== 2 || file.readUInt32LE(element) !== 1) continue;
      const value = element + file.readUInt32LE(element + 4) + file.readUInt32LE(element + 8);
      for (const offset of [0, 8]) swap(value + offset, 8);
      if (file.readBigUInt64LE(value) === 0n) pageAt(value + 16, false);
    }
  };
  for (let at = 0; at < file.length; at += (file.readUInt32LE(at + 12) + 1) * pageSize) pageAt(at, at < 2 * pageSize);
  for (const at of [0, pageSize]) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of out.subarray(at + 16, at + 72)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    out.writeBigUInt64BE(hash, at + 72);
  }
  return out;
}

const contents = (file: Buffer): string[] => {
  const bolt = openBolt(bytesSource(file));
  const seen = new Set<number>();
  const found: string[] = [];
  const fail = (problem: { message: string }): void => void found.push(problem.message);
  for (const bucket of bucketEntries(bolt, seen, fail)) {
    for (const row of bucketRows(bolt, bucket, seen, fail)) found.push(`${Buffer.from(bucket.name).toString()} ${Buffer.from(row.key).toString('hex')} ${Buffer.from(row.value).toString('hex')}`);
  }
  return found;
};

describe('bbolt files', () => {
  it('reads back what was written, in every page size and byte order, without a complaint', () => {
    fc.assert(
      fc.property(rowsArbitrary, rowsArbitrary, fc.constantFrom(1024, 4096, 16384, 65536), (first, second, pageSize) => {
        const file = build([{ name: 'a', rows: first }, { name: 'key', rows: second }], pageSize);
        const expected = [...first.map((row) => ['a', row] as const), ...second.map((row) => ['key', row] as const)].map(
          ([name, row]) => `${name} ${Buffer.from(row.key).toString('hex')} ${Buffer.from(row.value).toString('hex')}`,
        );
        expect(contents(file)).toEqual(expected);
        expect(contents(swapped(file, pageSize))).toEqual(expected);
        const opened = openAsBbolt(bytesSource(file), { dialect: '1.4' });
        if (file.length >= 4096) expect('error' in opened ? [opened.error] : checkErrors(opened.tx, opened.storedFreelist)).toEqual([]);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('reads a database that etcd wrote on a machine with 16 KiB pages', async () => {
    const file = (await baseFiles('snapshot-3.6-g')).get('snapshot.db') ?? Buffer.alloc(0);
    const problems: string[] = [];
    const backend = openBackend(bytesSource(file), (problem) => void problems.push(problem.message));
    expect(backend.bolt.pageSize).toBe(16384);
    expect([...rowsOf(backend, 'key')].length).toBeGreaterThan(1000);
    expect(problems).toEqual([]);
  });

  it('joins the CRCs of two halves to that of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 5000 }), (a, b) => {
        expect(combineCrc32c(crc32c(a), crc32c(b), b.length)).toBe(crc32c(Buffer.concat([a, b])));
      }),
      { seed: 3 },
    );
  });
});

describe('mutated files', () => {
  for (const target of fuzzTargets) {
    it(`${target.name}: no uncaught error, no endless work`, async () => {
      expect(await fuzz(target, 5, 12, 8)).toEqual([]);
    }, 240_000);
  }
});
