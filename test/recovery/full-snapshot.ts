import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './run-plan.js';
import { etcdFolder } from './scratch-hosts.js';

/** A snapshot of a real etcd that has reached its quota: it carries the NOSPACE alarm. */
export async function fullSnapshot(version: string, folder: string): Promise<string> {
  const etcd = etcdFolder(version) ?? '';
  const [port, peer] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(join(etcd, 'etcd'), ['--data-dir', join(folder, 'd'), '--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--quota-backend-bytes', '1000000'], { stdio: 'ignore' });
  try {
    const ask = (...words: string[]): string => execFileSync(join(etcd, 'etcdctl'), [`--endpoints=${url}`, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ETCDCTL_API: '3' } });
    const tried = (...words: string[]): boolean => {
      try {
        ask(...words);
        return true;
      } catch {
        return false;
      }
    };
    for (let i = 0; !tried('get', 'x'); i++) {
      if (i > 50) throw new Error('etcd does not answer');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // One key with many revisions: the live data is small, the history fills the quota.
    for (let i = 0; tried('put', `/registry/full/${i % 3}`, 'x'.repeat(40_000)); i++) if (i > 200) throw new Error('the quota is not reached');
    if (!ask('alarm', 'list').includes('NOSPACE')) throw new Error('no alarm');
    ask('snapshot', 'save', join(folder, 'full.db'));
    return join(folder, 'full.db');
  } finally {
    server.kill('SIGKILL');
  }
}
