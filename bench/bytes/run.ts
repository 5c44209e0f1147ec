// Times the verdict on snapshots side by side with openssl, etcdutl and bbolt-based tools, on generated files.
// Needs a build (dist/) and, for the comparison, .cache/etcd (node scripts/test-setup.mjs).
// Usage: npx tsx bench/bytes/run.ts [FOLDER_FOR_FILES] [MEGABYTES...]     (default: a temporary folder, 600 3000)
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
const [folder = join(tmpdir(), 'etcd-autopsy-bench'), ...sizes] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/** Best of some runs; time and memory of the whole process tree come from GNU time where it is there. */
function measure(command: string, argv: readonly string[], runs = 5): Measured | null {
  let best: Measured | null = null;
  for (let i = 0; i < runs; i++) {
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
  const name = `${(statSync(file).size / 1e6).toFixed(0)} MB, warm`;
  measure('cat', [file], 1);
  const base = measure('openssl', ['dgst', '-sha256', file]);
  row('openssl dgst -sha256', name, base, base);
  row('snapshot check (digest, structure, history, status hash)', name, measure(process.execPath, [main, 'snapshot', 'check', '--no-keys-hash', file]), base);
  row('snapshot status', name, measure(process.execPath, [main, 'snapshot', 'status', file]), base);
  for (const version of ['3.5.30', '3.6.16', '3.7.3']) row(`etcdutl ${version} snapshot status (no digest)`, name, measure(join(root, '.cache/etcd', version, 'etcdutl'), ['snapshot', 'status', file]), base);
  row('snapshot check --quick', name, measure(process.execPath, [main, 'snapshot', 'check', '--quick', file]), base);
}

const one = join(folder, 'small-1.db');
if (!existsSync(one)) generate(one, 18);
const many = Array.from({ length: 60 }, (_, i) => join(folder, `small-${i + 1}.db`));
for (const file of many) if (!existsSync(file)) copyFileSync(one, file);
const base = measure('sh', ['-c', `printf '%s\\n' "$@" | xargs -P${cpus().length} -n1 openssl dgst -sha256 >/dev/null`, 'sh', ...many], 3);
row(`openssl dgst -sha256, xargs -P${cpus().length}`, '60 × 20 MB', base, base);
row('snapshot check', '60 × 20 MB', measure(process.execPath, [main, 'snapshot', 'check', '--no-keys-hash', ...many], 3), base);

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}\n`);
console.log('| file | what | seconds | × openssl | CPU seconds | peak MB |\n|---|---|---:|---:|---:|---:|');
console.log(rows.join('\n'));
