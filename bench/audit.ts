/**
 * The nightly audit: 1440 unchanged snapshots, and 60 new ones.
 * Usage: npx tsx bench/audit.ts   (makes its folders from a fixture, below the temporary folder)
 */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = new URL('../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'bench-audit-'));
const snapshot = gunzipSync(readFileSync(join(root, 'test/fixtures/snapshots/v3.5.30/billing-single-early.db.gz')));
const two = (n: number): string => String(n).padStart(2, '0');

function fill(name: string, count: number): string {
  const into = join(folder, name);
  mkdirSync(into);
  writeFileSync(join(folder, `${name}.base`), snapshot);
  for (let i = 0; i < count; i++) linkSync(join(folder, `${name}.base`), join(into, `etcd-snapshot-202603${two(1 + Math.floor(i / 48))}_${two(Math.floor((i % 48) / 2))}${i % 2 === 0 ? '00' : '30'}01.db`));
  return into;
}

function audit(what: string, into: string, bytes: number): void {
  const start = process.hrtime.bigint();
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'audit', into, '--casebook', join(folder, 'book')], { encoding: 'utf8' });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(`${what.padEnd(28)} ${seconds.toFixed(2)} s${bytes === 0 ? '' : `, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`}   ${stdout.split('\n')[0] ?? stderr}`);
}

try {
  const sixty = fill('sixty', 60);
  audit('60 new snapshots', sixty, 60 * snapshot.length);
  const month = fill('month', 1440);
  audit('1440 new snapshots', month, 1440 * snapshot.length);
  audit('1440 unchanged snapshots', month, 0);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
