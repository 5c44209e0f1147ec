// Programs that tests call: on PATH, else in CI from the distribution's packages.
import { run } from './run.mjs';

/** Program by the package that carries it. */
const packages = { chromium: 'chromium', pdftoppm: 'poppler-utils', shellcheck: 'shellcheck', ip: 'iproute2', unshare: 'util-linux', xz: 'xz-utils' };
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const onPath = (name) => run('sh', ['-c', 'command -v "$1"', 'sh', name]).then(() => true, () => false);

async function isThere(program) {
  const names = program === 'chromium' ? browsers : [program];
  for (const name of names) if (await onPath(name)) return true;
  return false;
}

async function lacking() {
  const names = [];
  for (const program of Object.keys(packages)) if (!(await isThere(program))) names.push(program);
  return names;
}

/** Names of programs that are still missing; in CI and as root they are installed first. */
export async function ensurePrograms(inCi) {
  const wanted = await lacking();
  if (wanted.length === 0 || !inCi || process.getuid?.() !== 0) return wanted;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-q', 'update']);
  await run('apt-get', ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', 'install', ...wanted.map((program) => packages[program])], { env });
  return lacking();
}
