import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bboltCheck, readSnapshot } from '../../../src/etcd/snapshot/index.js';
import { hashKv } from '../../../src/etcd/snapshot/hash-kv.js';
import { newestKeys, salvage } from '../../../src/etcd/snapshot/salvage.js';
import { snapshotStatus } from '../../../src/etcd/snapshot/status.js';
import { hashKvText, outputFormats, statusText, toolStyle } from '../../../src/etcd/snapshot/status-text.js';
import { openBackend, rowsOf } from '../../../src/etcd/mvcc.js';
import { behaviours } from '../../../src/etcd/start/line-behaviour.js';
import { followStatus } from '../../../src/etcd/start/status.js';
import type { EtcdLine } from '../../../src/etcd/version.js';
import { bytesSource } from '../../../src/formats/source.js';
import { goldenDatabases, goldenSnapshots, type Golden, type GoldenRun } from './goldens.js';

const read = new WeakMap<Golden, Map<EtcdLine, ReturnType<typeof snapshotStatus>>>();

/** The numbers of one line, read once for its many formats. */
function statusOf(golden: Golden, line: EtcdLine): ReturnType<typeof snapshotStatus> {
  const known = read.get(golden) ?? new Map<EtcdLine, ReturnType<typeof snapshotStatus>>();
  read.set(golden, known);
  const result = known.get(line) ?? snapshotStatus(bytesSource(golden.bytes), line);
  known.set(line, result);
  return result;
}

/** What we print for a recorded run; null for runs that have no counterpart here. */
function ours(golden: Golden, run: GoldenRun): string | null {
  const source = bytesSource(golden.bytes);
  const format = outputFormats.find((f) => run.argv.includes(f)) ?? 'simple';
  const style = toolStyle(run.tool.split(' ')[1] ?? '');
  if (run.argv[1] === 'snapshot' && style !== null) {
    const { numbers } = statusOf(golden, style.line);
    return numbers === null ? null : statusText(numbers, format, style);
  }
  if (run.argv[1] === 'hashkv' && style !== null && run.exit === 0) {
    const result = hashKv(source);
    return typeof result === 'string' ? result : hashKvText(result, format, style);
  }
  if (run.argv[0] !== 'bbolt') return null;
  if (run.argv[1] === 'check') return bboltCheck(source) === null ? 'OK\n' : 'failed\n';
  if (run.argv[1] === 'buckets') return [...openBackend(source).buckets.keys()].map((name) => `${name}\n`).join('');
  if (run.argv[1] === 'keys') return [...rowsOf(openBackend(source), run.argv[run.argv.length - 1] ?? '')].map((row) => `${Buffer.from(row.key).toString('hex')}\n`).join('');
  return null;
}

function compare(golden: Golden): number {
  let compared = 0;
  for (const run of golden.runs) {
    const text = ours(golden, run);
    if (text === null) continue;
    expect(text, `${golden.name}: ${run.tool} ${run.argv.join(' ')}`).toBe(run.stdout);
    compared += 1;
  }
  return compared;
}

describe('what the real tools say of real files', () => {
  it('prints the same for every snapshot, version and format', () => {
    let compared = 0;
    for (const golden of goldenSnapshots()) compared += compare(golden);
    expect(compared).toBeGreaterThan(20 * 40);
  }, 240_000);

  it('prints the same for the database of every killed member', async () => {
    let compared = 0;
    for await (const golden of goldenDatabases()) compared += compare(golden);
    expect(compared).toBeGreaterThan(10 * 40);
  }, 240_000);

  it('calls every saved snapshot intact, and lists the keys that a restored member serves', () => {
    for (const golden of goldenSnapshots()) {
      const source = bytesSource(golden.bytes);
      const report = readSnapshot(source);
      expect(report.problems, golden.name).toEqual([]);
      expect(readSnapshot(source, { statusHash: false }), golden.name).toEqual({ ...report, hash: null });
      expect([report.verdict, report.digest.state, report.damage.provable], golden.name).toEqual(['intact', 'right', true]);
      const salvaged = salvage(source);
      const listed = newestKeys(salvaged, salvaged.rows.filter((row) => row.confidence !== 'stale'));
      const text = Array.from(listed, ({ row, createRevision, modRevision, version, lease, value }) => ({
        key: Buffer.from(row.key, 'latin1').toString('utf8'), modRevision: Number(modRevision), createRevision: Number(createRevision), version: Number(version),
        lease: BigInt.asUintN(64, lease).toString(16).padStart(16, '0'), valueLength: value.length, valueSha256: createHash('sha256').update(value).digest('hex'),
      }));
      expect(text, golden.name).toEqual((golden.keys ?? []).map((line) => JSON.parse(line) as unknown));
      const served = report.restore?.['3.7'].served;
      expect(served?.keys, golden.name).toBe(golden.keys?.length);
    }
  });

  it('gets the same numbers from the single pass and from following the tool', () => {
    for (const golden of goldenSnapshots()) {
      const source = bytesSource(golden.bytes);
      for (const line of ['3.4', '3.7'] as const) expect(snapshotStatus(source, line).numbers, golden.name).toEqual(followStatus(source, behaviours[line]).numbers);
    }
  });
});
