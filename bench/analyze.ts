/**
 * Time and memory of `analyze` on each sample, of its first word, and of `--help`, in the built program.
 * Needs a build (dist/) and GNU time.
 * Usage: npx tsx bench/analyze.ts [RUNS=5]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const runs = Number(process.argv[2] ?? 5);
if (!existsSync(main)) throw new Error('dist/ is missing; run npm run build first');
const folder = mkdtempSync(join(tmpdir(), 'bench-analyze-'));
const out = join(folder, 'report');
const samples = ['kubekey-powercut/bundle', 'kubekey-three-members/bundle.tar.gz', 'kubeadm-disk-full/bundle.zip', 'kubespray-transcript/bundle'];

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly megabytes: number;
}

function run(argv: readonly string[]): Run {
  rmSync(out, { recursive: true, force: true });
  const began = process.hrtime.bigint();
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', process.execPath, main, ...argv], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  const [user, system, kilobytes] = (stderr.trim().split('\n').pop() ?? '').split(' ').map(Number);
  if (status !== 0 || user === undefined || system === undefined || kilobytes === undefined) throw new Error(`${argv.join(' ')} failed: ${stderr}`);
  return { wall, cpu: user + system, megabytes: kilobytes / 1024 };
}

function row(what: string, argv: readonly string[]): void {
  const all = Array.from({ length: runs }, () => run(argv));
  console.log(`| ${what} | ${median(all.map((one) => one.wall)).toFixed(2)} | ${median(all.map((one) => one.cpu)).toFixed(2)} | ${median(all.map((one) => one.megabytes)).toFixed(0)} |`);
}

/** Seconds from the start of the program to the first bytes of its progress. */
function firstWord(sample: string): Promise<number> {
  rmSync(out, { recursive: true, force: true });
  const began = process.hrtime.bigint();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, 'analyze', sample, '--no-pdf', '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] });
    let seconds = Number.NaN;
    child.stderr.once('data', () => (seconds = Number(process.hrtime.bigint() - began) / 1e9));
    child.stderr.resume();
    child.once('close', () => resolve(seconds));
  });
}

try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}; medians of ${runs}\n`);
  console.log('| what | seconds | CPU seconds | peak MB |\n|---|---:|---:|---:|');
  for (const sample of samples) row(`analyze ${sample} --no-pdf`, ['analyze', join(root, 'samples', sample), '--no-pdf', '--out', out]);
  row('--help', ['--help']);
  const words: number[] = [];
  for (let i = 0; i < runs; i++) words.push(await firstWord(join(root, 'samples', samples[0] ?? '')));
  console.log(`\nfirst progress after ${median(words).toFixed(2)} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
