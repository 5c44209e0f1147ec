// Gets what the tests need beyond npm packages: real etcd servers, a browser and small programs. See docs/development.md.
// Safe to repeat: what is there stays. In CI (CI=true) a missing piece is a failure; elsewhere it is
// said with its reason, and the tests that need it are skipped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianEtcd } from './etcd/debian.mjs';
import { goEtcd } from './etcd/go.mjs';
import { ensurePrograms } from './etcd/programs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache', 'etcd');
const inCi = process.env.CI === 'true' || process.env.CI === '1';

/** etcdutl exists from 3.5 on. */
const wanted = [
  { version: '3.3.25', from: 'debian', suite: 'bullseye', tools: ['etcd', 'etcdctl'] },
  { version: '3.4.23', from: 'debian', suite: 'bookworm', tools: ['etcd', 'etcdctl'] },
  { version: '3.5.16', from: 'debian', suite: 'trixie', tools: ['etcd', 'etcdctl', 'etcdutl'] },
  { version: '3.5.30', from: 'debian', suite: 'sid', tools: ['etcd', 'etcdctl', 'etcdutl'] },
  { version: '3.6.16', from: 'go', tools: ['etcd', 'etcdctl', 'etcdutl'] },
  { version: '3.7.3', from: 'go', tools: ['etcd', 'etcdctl', 'etcdutl'] },
];

const missing = [];
const say = (line) => console.log(`test-setup: ${line}`);

/** Packages are quick; a version that the distribution has dropped meanwhile is built from 3.5 on. */
async function get(one) {
  const folder = join(cache, one.version);
  if (one.tools.every((tool) => existsSync(join(folder, tool)))) return say(`etcd ${one.version} is there`);
  try {
    if (one.from === 'go') await goEtcd(one.version, folder);
    else {
      await debianEtcd(one.version, one.suite, one.tools, folder).catch(async (error) => {
        if (!one.tools.includes('etcdutl')) throw error;
        say(`etcd ${one.version}: ${error.message}; building it instead`);
        await goEtcd(one.version, folder);
      });
    }
    say(`etcd ${one.version} is in .cache/etcd/${one.version}`);
  } catch (error) {
    missing.push(`etcd ${one.version}: ${error.message}`);
  }
}

async function inTurn(list) {
  for (const one of list) await get(one);
}

await Promise.all([
  inTurn(wanted.filter((one) => one.from === 'debian')),
  inTurn(wanted.filter((one) => one.from === 'go')),
]);
try {
  const lacking = await ensurePrograms(inCi);
  missing.push(...lacking.map((program) => `${program}: not on PATH; install it with the distribution's packages`));
  if (lacking.length === 0) say('browser, pdftoppm, shellcheck, ip, unshare and xz are there');
} catch (error) {
  missing.push(`programs: ${error.message}`);
}

for (const line of missing) console.error(`test-setup: MISSING ${line}`);
if (missing.length > 0) {
  console.error(inCi ? 'test-setup: in CI nothing may be missing' : 'test-setup: tests that need these are skipped, and say so');
  if (inCi) process.exitCode = 1;
}
