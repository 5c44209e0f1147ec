// A Chromium for the PDF tests: one on PATH, else in CI the distribution's package.
import { run } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function onPath() {
  for (const name of names) {
    const found = await run('sh', ['-c', 'command -v "$1"', 'sh', name]).catch(() => '');
    if (found.trim() !== '') return found.trim();
  }
  return null;
}

/** The path of a browser; installs one only in CI and only as root. */
export async function ensureBrowser(inCi) {
  const found = await onPath();
  if (found !== null) return found;
  if (!inCi || process.getuid?.() !== 0) throw new Error('no Chromium on PATH; install one, for example with: apt-get install chromium');
  await run('apt-get', ['-q', 'update']);
  await run('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'chromium'], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  const installed = await onPath();
  if (installed === null) throw new Error('the package chromium brought no browser');
  return installed;
}
