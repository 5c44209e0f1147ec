import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fileSource } from '../../../src/cli/file-source.js';
import { readSnapshot } from '../../../src/etcd/snapshot/index.js';
import { goldenSnapshots } from './goldens.js';

const folder = mkdtempSync(join(tmpdir(), 'changing-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const whole = [...goldenSnapshots()].find((golden) => golden.bytes.length > 2 ** 20)!.bytes;

/** The report on a file that somebody changes once its first page was read. */
function reportWhile(bytes: Buffer, change: (path: string) => void): ReturnType<typeof readSnapshot> {
  const path = join(folder, 'snapshot.db');
  writeFileSync(path, bytes);
  const source = fileSource(path);
  const read = source.read.bind(source);
  let changed = false;
  source.read = (offset, length) => {
    const first = read(offset, length);
    if (!changed) change(path);
    changed = true;
    return first;
  };
  const report = readSnapshot(source);
  source.close();
  return report;
}

const problems = (report: ReturnType<typeof readSnapshot>): readonly (readonly [string, number | null])[] => report.problems.filter(({ code }) => code.startsWith('file.')).map(({ code, offset }) => [code, offset] as const);

it('says that a file was written to while it was read, whatever it held before', () => {
  const grown = reportWhile(whole, (path) => appendFileSync(path, Buffer.alloc(4096)));
  expect([grown.verdict, problems(grown)]).toEqual(['unreadable', [['file.grew', whole.length]]]);
  const shrunk = reportWhile(whole, (path) => truncateSync(path, whole.length - 4096));
  expect([shrunk.verdict === 'intact', problems(shrunk)]).toEqual([false, [['file.shrank', whole.length - 4096]]]);
});

it('tells a copy that is still on its way from one that was cut', () => {
  const [head, tail] = [whole.subarray(0, whole.length - 65_536), whole.subarray(whole.length - 65_536)];
  const copying = reportWhile(head, (path) => appendFileSync(path, tail));
  expect([copying.verdict, problems(copying)]).toEqual(['truncated', [['file.grew', head.length]]]);
  expect(problems(reportWhile(head, () => undefined))).toEqual([]);
});
