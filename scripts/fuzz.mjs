// Feeds mutated real files to every byte reader. Seeded and bounded: the same seed gives the same files.
// Usage: npm run fuzz -- [--seed N] [--runs N] [--target NAME]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const run = fileURLToPath(new URL('./fuzz/run.ts', import.meta.url));
const { status } = spawnSync(process.execPath, ['--import', 'tsx', run, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
