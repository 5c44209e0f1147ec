// Builds a folder that runs on a bare x64 Debian without network: Node, the program, a browser, SHA256SUMS, SBOM.
// Usage: node scripts/portable.mjs OUT_DIR   (needs the package registry while it builds)
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The last release whose engines take Node 20.11; it carries the browser inside the package. */
const browserPackage = '@sparticuz/chromium@147.0.0';
const out = process.argv[2] === undefined ? null : resolve(process.argv[2]);
if (out === null || process.argv.length > 3) {
  console.error('usage: node scripts/portable.mjs OUT_DIR');
  process.exit(2);
}
if (existsSync(out) && readdirSync(out).length > 0) {
  console.error(`portable: ${out} is not empty; choose another folder`);
  process.exit(2);
}

const say = (line) => console.log(`portable: ${line}`);
const npm = (args, cwd, env = {}) => execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env }, encoding: 'utf8' });
const work = mkdtempSync(join(tmpdir(), 'etcd-autopsy-portable-'));

function installProgram() {
  const tarball = JSON.parse(npm(['pack', '--json', '--pack-destination', work], root).replace(/^[^[]*(?=\[)/s, ''))[0].filename;
  const app = join(out, 'app');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{"name":"portable","private":true}\n');
  npm(['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--no-package-lock', join(work, tarball)], app);
  return app;
}

/** Unpacks the browser of the npm package with the libraries that a bare Debian lacks. */
function installBrowser() {
  const from = join(work, 'browser');
  mkdirSync(join(from, 'tmp'), { recursive: true });
  writeFileSync(join(from, 'package.json'), '{"type":"module","private":true}\n');
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', browserPackage], from);
  execFileSync(process.execPath, ['--input-type=module', '-e', "const { default: c } = await import('@sparticuz/chromium'); await c.executablePath();"], {
    cwd: from, stdio: 'inherit', env: { ...process.env, TMPDIR: join(from, 'tmp'), AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
  });
  const to = join(out, 'browser');
  cpSync(join(from, 'tmp'), to, { recursive: true, verbatimSymlinks: true, filter: (path) => !/\.pack$/.test(path) });
  // A bare system has no fonts and no fontconfig: Chromium's renderer ends without any.
  writeFileSync(join(to, 'fonts/fonts.conf'), '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n  <dir prefix="xdg">fonts</dir>\n</fontconfig>\n');
  writeFileSync(join(to, 'run'), `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/al2023/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts/fonts.conf" XDG_DATA_HOME="$here/fonts"
exec "$here/chromium" "$@"
`);
  for (const name of ['run', 'chromium']) chmodSync(join(to, name), 0o755);
}

function writeStart() {
  copyFileSync(process.execPath, join(out, 'node'));
  chmodSync(join(out, 'node'), 0o755);
  writeFileSync(join(out, 'etcd-autopsy'), `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
: "\${ETCD_AUTOPSY_BROWSER:=$here/browser/run}"
export ETCD_AUTOPSY_BROWSER
exec "$here/node" "$here/app/node_modules/etcd-autopsy/dist/cli/main.js" "$@"
`);
  chmodSync(join(out, 'etcd-autopsy'), 0o755);
}

/** CycloneDX 1.5: every package in the folder with version and licence. */
function writeSbom(app) {
  const components = [];
  const visit = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      if (name.startsWith('.')) continue;
      const at = join(folder, name);
      if (name.startsWith('@')) visit(at);
      else if (existsSync(join(at, 'package.json'))) {
        const { name: full, version, license } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
        components.push({ type: 'library', name: full, version, purl: `pkg:npm/${String(full).replace('@', '%40')}@${version}`, ...(typeof license === 'string' ? { licenses: [{ expression: license }] } : {}) });
        if (existsSync(join(at, 'node_modules'))) visit(join(at, 'node_modules'));
      }
    }
  };
  visit(join(app, 'node_modules'));
  components.push({ type: 'application', name: 'node', version: process.versions.node }, { type: 'application', name: 'chromium', version: browserPackage.split('@').at(-1) });
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata: { component: { type: 'application', name, version } }, components }, null, 2)}\n`);
  return components.length;
}

function* filesBelow(folder) {
  for (const name of readdirSync(folder).sort()) {
    const at = join(folder, name);
    if (lstatSync(at).isSymbolicLink()) {
      if (readlinkSync(at).startsWith('/')) rmSync(at);
    } else if (lstatSync(at).isDirectory()) yield* filesBelow(at);
    else yield at;
  }
}

try {
  mkdirSync(out, { recursive: true });
  const app = installProgram();
  installBrowser();
  writeStart();
  const parts = writeSbom(app);
  const sums = [...filesBelow(out)].map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${relative(out, file)}`);
  writeFileSync(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
  say(`${sums.length} files, ${parts} components in ${out}`);
  say(`try it: ${join(out, 'etcd-autopsy')} demo`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
