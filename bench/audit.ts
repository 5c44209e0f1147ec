/**
 * The nightly audit: 1440 unchanged snapshots, 60 new small ones, and COUNT new ones of MEGABYTES beside `openssl dgst -sha256`.
 * Usage: npx tsx bench/audit.ts [MEGABYTES=100] [COUNT=60]   (makes its folders itself, below the temporary folder; links, so that
 * the large ones cost the disk one file)
 */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

const megabytes = Number(process.argv[2] ?? 100);
const count = Number(process.argv[3] ?? 60);

/** Wall and CPU seconds of a command. */
function timed(program: string, words: readonly string[]): { readonly wall: number; readonly cpu: number; readonly out: string } {
  const start = process.hrtime.bigint();
  const run = spawnSync('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', program, ...words], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const cpu = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(run.stderr);
  return { wall: Number(process.hrtime.bigint() - start) / 1e9, cpu: Number(cpu?.[1] ?? Number.NaN) + Number(cpu?.[2] ?? Number.NaN), out: run.stdout === '' ? run.stderr : run.stdout };
}

function large(): void {
  const into = join(folder, 'large');
  const one = join(folder, 'large.base');
  mkdirSync(into);
  spawnSync(process.execPath, ['--import', 'tsx', join(root, 'bench/bytes/generate.ts'), one, String(megabytes)], { stdio: 'inherit' });
  const names = Array.from({ length: count }, (_, i) => join(into, `etcd-snapshot-202603${two(1 + Math.floor(i / 24))}_${two(i % 24)}0001.db`));
  for (const name of names) linkSync(one, name);
  const bytes = statSync(one).size * count;
  const row = (what: string, { wall, cpu, out }: ReturnType<typeof timed>): void => console.log(`${what.padEnd(34)} ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${(bytes / 1e6 / cpu).toFixed(0)} MB per CPU second   ${out.split('\n')[0] ?? ''}`);
  row(`${count} new snapshots of ${megabytes} MB`, timed(process.execPath, ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'audit', into, '--no-cache']));
  row('openssl dgst -sha256 of the same', { ...timed('openssl', ['dgst', '-sha256', ...names]), out: '' });
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
  large();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
