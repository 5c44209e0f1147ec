// Reads a 64 MB log of each of three entry sizes and prints the speed in processor time; the goal is 300 MB/s.
// Usage: npx tsx bench/wal/read.ts [FILE.wal]
import { readFileSync } from 'node:fs';
import { bytesSource } from '../../src/formats/source.js';
import { recordCursor } from '../../src/formats/wal/index.js';
import { logFiles, readLog } from '../../src/etcd/raft/log.js';
import { writeLog } from '../../test/formats/wal/written-log.js';

const segmentBytes = 64_000_000;
const rounds = 5;

/** An entry as raft writes it, with a request of `size` bytes. */
function entry(index: number, size: number): Uint8Array {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
  return Buffer.concat([Buffer.from([0x08, 0, 0x10, 2, 0x18, ...varint(index), 0x22, ...varint(size)]), Buffer.alloc(size, index % 251)]);
}

function logOf(size: number): Buffer {
  const count = Math.floor(segmentBytes / (size + 40));
  const records = Array.from({ length: count }, (_, i) => ({ type: 2, data: entry(i + 1, size) }));
  return writeLog([[{ type: 1, data: Buffer.from([0x08, 1, 0x10, 2]) }, ...records]], 4096)[0]!;
}

function measure(name: string, bytes: Uint8Array, run: () => number): void {
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < rounds; i++) {
    const started = process.cpuUsage();
    found = run();
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1000);
  }
  const best = Math.min(...times);
  console.log(`${name}: ${(bytes.length / 1e6).toFixed(0)} MB, ${found} entries, best of ${rounds}: ${best.toFixed(0)} ms = ${(bytes.length / 1e3 / best).toFixed(0)} MB/s`);
}

const files: [string, Uint8Array][] = process.argv[2] === undefined ? [256, 1024, 8192].map((size) => [`entries of ${size} bytes`, logOf(size)]) : [[process.argv[2], readFileSync(process.argv[2])]];
for (const [name, bytes] of files) {
  const source = bytesSource(bytes);
  measure(`records, ${name}`, bytes, () => {
    const record = recordCursor([{ name: 'bench.wal', source }]);
    let count = 0;
    let end = record.next();
    for (; end === null; end = record.next()) if (record.type === 2) count += 1;
    if (end.error !== null) throw new Error(end.error.message);
    return count;
  });
  const log = logFiles(new Map([['0000000000000000-0000000000000000.wal', source]]), '3.5');
  measure(`log, ${name}`, bytes, () => readLog(log, { index: 0n, term: 0n }).entries.length);
}
