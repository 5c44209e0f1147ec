// etcd from Debian's packages, unpacked into the cache; nothing is installed and no root is needed.
// The mirror is the one that this machine's own apt uses.
import { copyFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

async function mirror() {
  const targets = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const found = targets.split('\n').map((line) => line.trim()).find((uri) => /\/debian\/?$/.test(uri));
  if (found === undefined) throw new Error("this machine's apt names no Debian mirror");
  return found;
}

/** Downloads `etcd-server` and `etcd-client` of one suite and keeps the programs of exactly this version. */
export async function debianEtcd(version, suite, tools, folder) {
  if (!existsSync(keyring)) throw new Error('the package debian-archive-keyring is not installed');
  const uri = await mirror();
  const work = mkdtempSync(join(tmpdir(), 'etcd-debian-'));
  try {
    for (const name of ['lists/partial', 'cache/archives/partial', 'deb', 'root']) mkdirSync(join(work, name), { recursive: true });
    const list = join(work, 'sources.list');
    writeFileSync(list, `deb [signed-by=${keyring}] ${uri} ${suite} main\n`);
    const own = [
      '-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=/dev/null', '-o', 'Dir::Etc::preferencesparts=/dev/null',
      '-o', `Dir::State::lists=${join(work, 'lists')}`, '-o', `Dir::Cache=${join(work, 'cache')}`, '-o', 'Acquire::Languages=none',
      '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=3',
    ];
    await run('apt-get', [...own, '-q', 'update']);
    const madison = await run('apt-cache', [...own, 'madison', 'etcd-server']);
    const full = madison.split('\n').map((line) => line.split('|')[1]?.trim() ?? '').find((v) => v.startsWith(`${version}+`) || v.startsWith(`${version}-`));
    if (full === undefined) throw new Error(`${suite} has no etcd ${version} (any more)`);
    await run('apt-get', [...own, '-q', 'download', `etcd-server=${full}`, `etcd-client=${full}`], { cwd: join(work, 'deb') });
    for (const deb of readdirSync(join(work, 'deb'))) await run('dpkg', ['-x', join(work, 'deb', deb), join(work, 'root')]);
    const fresh = mkdtempSync(join(mkdirs(dirname(folder)), '.new-'));
    for (const tool of tools) {
      const from = join(work, 'root/usr/bin', tool);
      if (!existsSync(from)) throw new Error(`the packages of ${suite} hold no ${tool}`);
      copyFileSync(from, join(fresh, tool));
      chmodSync(join(fresh, tool), 0o755);
    }
    rmSync(folder, { recursive: true, force: true });
    chmodSync(fresh, 0o755);
    renameSync(fresh, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function mkdirs(path) {
  mkdirSync(path, { recursive: true });
  return path;
}
