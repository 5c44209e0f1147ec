import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCleanSnapshot } from '../../../src/etcd/snapshot/clean-copy.js';
import { readSnapshot } from '../../../src/etcd/snapshot/index.js';
import { newestRows, salvage } from '../../../src/etcd/snapshot/salvage.js';
import { bytesSource } from '../../../src/formats/source.js';
import { baseFiles } from '../../damage/cases.js';

const tools = fileURLToPath(new URL('../../../.cache/etcd/', import.meta.url));
const utilities = ['3.5.30', '3.6.16', '3.7.3'].map((version) => join(tools, version, 'etcdutl'));
const missing = utilities.filter((path) => !existsSync(path));

function cleanCopy(bytes: Uint8Array): Buffer {
  const parts: { bytes: Uint8Array; offset: number }[] = [];
  const size = writeCleanSnapshot(salvage(bytesSource(bytes)), (piece, offset) => void parts.push({ bytes: piece, offset }));
  const out = Buffer.alloc(size);
  for (const part of parts) out.set(part.bytes, part.offset);
  return out;
}

describe('salvage', () => {
  let folder = '';
  let whole: Buffer = Buffer.alloc(0);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'salvage-'));
    whole = (await baseFiles('snapshot-3.5.30-b')).get('snapshot.db') ?? whole;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes an intact snapshot with the same content from a whole one', () => {
    const copy = cleanCopy(whole);
    const [before, after] = [readSnapshot(bytesSource(whole)), readSnapshot(bytesSource(copy))];
    expect(after.verdict).toBe('intact');
    expect(after.restore?.['3.5'].served).toEqual(before.restore?.['3.5'].served);
  });

  it('keeps every key outside the damaged page, and says which pages the rest came from', () => {
    const damaged = Buffer.from(whole);
    const victim = readSnapshot(bytesSource(whole));
    damaged.fill(0, 40 * 4096, 41 * 4096);
    const salvaged = salvage(bytesSource(damaged));
    const keys = newestRows(salvaged.rows);
    expect(keys.length).toBeGreaterThan((victim.liveKeys ?? 0) * 0.9);
    expect(readSnapshot(bytesSource(cleanCopy(damaged))).verdict).not.toBe('digest-wrong');
    for (const row of keys) expect(row.page).toBeGreaterThan(1);
  });

  it('loses nothing to a page header that claims too much, or that no longer says what the page is', () => {
    const keysOf = (bytes: Uint8Array): readonly string[] => newestRows(salvage(bytesSource(bytes)).rows).map(({ key, main }) => `${key} ${main}`);
    const before = keysOf(whole);
    const leaves = Array.from({ length: Math.floor(whole.length / 4096) }, (_, page) => page).filter((page) => page > 1 && whole.readUInt16LE(page * 4096 + 8) === 2 && whole.readUInt16LE(page * 4096 + 10) > 4);
    expect(leaves.length).toBeGreaterThan(10);
    for (const page of leaves) for (const [offset, bit] of [[8, 0x10], [12, 0x01], [14, 0x40]] as const) {
      const damaged = Buffer.from(whole);
      damaged[page * 4096 + offset]! ^= bit;
      expect(keysOf(damaged), `page ${page}, offset ${offset}`).toEqual(before);
    }
  });

  it('reads no more of a page than its elements can fill, whatever it claims', () => {
    const large = Buffer.concat([whole.subarray(0, -32), Buffer.alloc(64 << 20)]);
    const page = 40;
    large.writeUInt32LE(0x5858_5858, page * 4096 + 12);
    let longest = 0;
    const source = { byteLength: large.length, read: (at: number, length: number) => ((longest = Math.max(longest, length)), large.subarray(at, at + length)) };
    for (const type of [2, 0x5858]) {
      large.writeUInt16LE(type, page * 4096 + 8);
      salvage(source);
      readSnapshot(source, { predict: false, keysHash: false });
    }
    expect(longest).toBeLessThanOrEqual(1 << 20);
  });

  it.skipIf(missing.length > 0 && process.env['CI'] === undefined)('is accepted by real restores', () => {
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, 60 * 4096, 62 * 4096);
    const file = join(folder, 'salvaged.db');
    writeFileSync(file, cleanCopy(damaged));
    for (const utility of utilities) {
      const out = join(folder, utility.replace(/\W/g, '-'));
      execFileSync(utility, ['snapshot', 'restore', file, '--data-dir', out], { stdio: 'pipe' });
      expect(existsSync(join(out, 'member', 'snap', 'db'))).toBe(true);
      const status = JSON.parse(execFileSync(utility, ['snapshot', 'status', file, '-w', 'json'], { encoding: 'utf8' })) as { revision: number };
      expect(status.revision).toBe(Number(readSnapshot(bytesSource(whole)).revision));
    }
  });

  it('never changes its input', () => {
    const before = Buffer.from(whole);
    cleanCopy(whole);
    expect(Buffer.compare(before, whole)).toBe(0);
  });
});
