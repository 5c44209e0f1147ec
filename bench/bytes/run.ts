// Times the verdict on snapshots side by side with openssl, etcdutl and bbolt-based tools, on generated files.
// Needs a build (dist/) and, for the comparison, .cache/etcd (node scripts/test-setup.mjs).
// Usage: npx tsx bench/bytes/run.ts [FOLDER_FOR_FILES] [MEGABYTES...] [--cold] [--once] [--no-folder]
//   default: a temporary folder, 600 3000, file in the page cache, best of five runs
//   --cold       drops the file (and nothing else) from the page cache before each run, and runs once
//   --once       one run of each, without etcdutl: for files of many gigabytes, whose peak of memory counts
//   --no-folder  leaves out the 60 files of 20 MB
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
if (!existsSync(main)) {
  console.error('bench: dist/ is missing; run npm run build first');
  process.exit(2);
}
const words = process.argv.slice(2);
const [cold, once, noFolder] = ['--cold', '--once', '--no-folder'].map((flag) => words.includes(flag));
const [folder = join(tmpdir(), 'etcd-autopsy-bench'), ...sizes] = words.filter((word) => !word.startsWith('--'));
mkdirSync(folder, { recursive: true });

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/** Drops one file from the page cache (dd's iflag=nocache asks for it by posix_fadvise). */
function drop(file: string): void {
  spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
}

/** Best of some runs; time and memory of the whole process tree come from GNU time where it is there. */
function measure(command: string, argv: readonly string[], runs = cold === true || once === true ? 1 : 5): Measured | null {
  let best: Measured | null = null;
  for (let i = 0; i < runs; i++) {
    if (cold === true) for (const word of argv.map((one) => one.replace(/^if=/, ''))) if (word.startsWith(folder)) drop(word);
    const began = process.hrtime.bigint();
    const result = spawnSync('/usr/bin/time', ['-f', '%U %S %M', command, ...argv], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const wall = Number(process.hrtime.bigint() - began) / 1e9;
    const [user, system, kilobytes] = (result.stderr.trim().split('\n').pop() ?? '').split(' ').map(Number);
    if (result.error !== undefined || result.status === null || user === undefined || system === undefined || kilobytes === undefined) return null;
    if (best === null || wall < best.wall) best = { wall, cpu: user + system, megabytes: kilobytes / 1024 };
  }
  return best;
}

const rows: string[] = [];
function row(what: string, file: string, measured: Measured | null, base: Measured | null): void {
  rows.push(measured === null ? `| ${file} | ${what} | not there | | | |` : `| ${file} | ${what} | ${measured.wall.toFixed(2)} | ${base === null ? '' : (measured.wall / base.wall).toFixed(2)} | ${measured.cpu.toFixed(2)} | ${measured.megabytes.toFixed(0)} |`);
}

for (const megabytes of sizes.length > 0 ? sizes.map(Number) : [600, 3000]) {
  const file = join(folder, `${megabytes}.db`);
  if (!existsSync(file)) generate(file, megabytes);
  const name = `${(statSync(file).size / 1e6).toFixed(0)} MB, ${cold === true ? 'cold' : 'warm'}`;
  if (cold === true) row('dd, reading it once', name, measure('dd', [`if=${file}`, 'of=/dev/null', 'bs=1M', 'status=none']), null);
  else measure('cat', [file], 1);
  const base = measure('openssl', ['dgst', '-sha256', file]);
  row('openssl dgst -sha256', name, base, base);
  row('snapshot check --json (digest, structure, history, status hash)', name, measure(process.execPath, [main, 'snapshot', 'check', '--json', '--no-keys-hash', file]), base);
  row('snapshot check (digest, structure, history)', name, measure(process.execPath, [main, 'snapshot', 'check', file]), base);
  if (cold !== true && once !== true) row('snapshot status', name, measure(process.execPath, [main, 'snapshot', 'status', file]), base);
  if (once !== true) for (const version of cold === true ? ['3.6.16'] : ['3.5.30', '3.6.16', '3.7.3']) row(`etcdutl ${version} snapshot status (no digest)`, name, measure(join(root, '.cache/etcd', version, 'etcdutl'), ['snapshot', 'status', file]), base);
  row('snapshot check --quick', name, measure(process.execPath, [main, 'snapshot', 'check', '--quick', file]), base);
}

if (noFolder !== true) {
  const one = join(folder, 'small-1.db');
  if (!existsSync(one)) generate(one, 18);
  const many = Array.from({ length: 60 }, (_, i) => join(folder, `small-${i + 1}.db`));
  for (const file of many) if (!existsSync(file)) copyFileSync(one, file);
  const base = measure('sh', ['-c', `printf '%s\\n' "$@" | xargs -P${cpus().length} -n1 openssl dgst -sha256 >/dev/null`, 'sh', ...many]);
  row(`openssl dgst -sha256, xargs -P${cpus().length}`, '60 × 20 MB', base, base);
  row('snapshot check --json (with the status hash)', '60 × 20 MB', measure(process.execPath, [main, 'snapshot', 'check', '--json', '--no-keys-hash', ...many]), base);
  row('snapshot check', '60 × 20 MB', measure(process.execPath, [main, 'snapshot', 'check', ...many]), base);
  const [first, all] = [measure(process.execPath, [main, 'snapshot', 'check', '--quick', one]), measure(process.execPath, [main, 'snapshot', 'check', '--quick', ...many])];
  row('snapshot check --quick of one', '20 MB', first, null);
  row('snapshot check --quick of all', '60 × 20 MB', all, null);
  if (first !== null && all !== null) console.log(`--quick: ${((Math.max(0, all.cpu - first.cpu) / 59) * 1000).toFixed(1)} ms of processor a file beyond the start of the program\n`);
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}\n`);
console.log('| file | what | seconds | × openssl | CPU seconds | peak MB |\n|---|---|---:|---:|---:|---:|');
console.log(rows.join('\n'));
