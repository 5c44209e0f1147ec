import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.js';
import { collectorScript } from '../../src/recovery/collector.js';
import { etcdFolder, fingerprint, makeCertificates, noScratchHosts, ScratchNetwork, type ScratchHost } from './scratch-hosts.js';

const bundle = fileURLToPath(new URL('../../samples/kubekey-powercut/bundle', import.meta.url));
const reason = noScratchHosts('3.4.23');
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

test('the choices of the command line become the defaults of the script', () => {
  const script = collectorScript({ withData: true, snapshots: 2 });
  expect(script).toMatch(/^WITH_DATA=yes$/m);
  expect(script).toMatch(/^SNAPSHOTS=2$/m);
  expect(() => collectorScript({ withData: false, snapshots: -1 })).toThrow(RangeError);
});

/** The broken host of the sample, with things that must stay secret. */
function brokenHost(network: ScratchNetwork, folder: string): ScratchHost {
  const host = network.host('ks-master1', '192.168.10.61', etcdFolder('3.4.23') ?? '');
  const text = (path: string): string => readFileSync(join(bundle, path), 'utf8');
  const ssl = '/etc/ssl/etcd/ssl';
  host.write('/etc/etcd.env', `${text('etc/etcd.env')}\nBACKUP_PASSWORD=hunter2secret\n`);
  host.write('/etc/systemd/system/etcd.service', text('etc/etcd.service'));
  host.write('/usr/local/bin/kube-scripts/etcd-backup.sh', `${text('etcd-backup.sh')}\n# curl -u backup:hunter3secret https://store.example.com\nACCESS_KEY_SECRET=hunter4secret\n`, 0o755);
  makeCertificates(host, join(folder, 'authority'), { ca: `${ssl}/ca.pem`, pairs: [[`${ssl}/member-ks-master1.pem`, `${ssl}/member-ks-master1-key.pem`], [`${ssl}/admin-ks-master1.pem`, `${ssl}/admin-ks-master1-key.pem`]] });
  for (const name of ['etcd-2024-05-11-01-30-01', 'etcd-2024-05-11-02-00-01', 'etcd-2024-05-11-02-30-01']) {
    host.write(`/var/backups/kube_etcd/${name}/.keep`, '');
    execFileSync('cp', ['-p', join(bundle, 'kube_etcd', name, 'snapshot.db'), host.at(`/var/backups/kube_etcd/${name}/snapshot.db`)]);
  }
  execFileSync('tar', ['xzf', join(bundle, 'var-lib-etcd.tgz'), '-C', host.at('/')]);
  execFileSync('sh', ['-c', 'cat > "$1"', 'sh', join(host.standIn, 'crontab')], { input: '*/30 * * * * sh /usr/local/bin/kube-scripts/etcd-backup.sh\n' });
  for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) host.write(`/etc/kubernetes/manifests/${part}.yaml`, `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${part}\n  namespace: kube-system\nspec:\n  containers:\n  - name: ${part}\n    image: registry.k8s.io/${part}:v1.20.4\n    command:\n    - ${part}\n`);
  return host;
}

describe.skipIf(reason !== null)(`the collector on a broken host${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test('changes nothing, takes no secrets, and is enough for an analysis without options', async () => {
    const folder = mkdtempSync('/dev/shm/collect-');
    const network = new ScratchNetwork();
    try {
      const host = brokenHost(network, folder);
      host.write('/srv/collect.sh', collectorScript({ withData: true, snapshots: 5 }));
      const watched = ['/etc', '/var/lib', '/var/backups', '/usr/local/bin', '/root'];
      const before = watched.map((path) => fingerprint(host.at(path)));
      // A list of processes of its own: another test's etcd is not this host's.
      const ran = await host.run(['unshare', '--pid', '--fork', '--mount-proc', 'sh', '/srv/collect.sh', '--out', '/srv', '--no-questions']);
      expect(ran.output).toContain('written: /srv/etcd-autopsy-ks-master1-');
      expect(ran.status).toBe(0);
      expect(watched.map((path) => fingerprint(host.at(path)))).toEqual(before);
      const made = readdirSync(host.at('/srv'));
      const archive = made.find((name) => name.endsWith('.tar.gz')) ?? '';
      expect(made.sort()).toEqual(['collect.sh', archive].sort());

      execFileSync('tar', ['xzf', host.at(`/srv/${archive}`), '-C', folder]);
      const inside = archive.replace(/\.tar\.gz$/, '');
      expect(execFileSync('sha256sum', ['--check', '--quiet', 'MANIFEST.sha256'], { cwd: join(folder, inside), encoding: 'utf8' })).toBe('');
      const texts = execFileSync('sh', ['-c', 'cat commands/*'], { cwd: join(folder, inside), encoding: 'utf8', maxBuffer: 1 << 28 });
      for (const secret of ['hunter2secret', 'hunter3secret', 'hunter4secret']) expect(texts).not.toContain(secret);
      expect(texts.replaceAll(/^.*sed .*$/gm, '')).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY-----\n/);
      expect(texts).toContain('ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd');

      const value = await analyze([host.at(`/srv/${archive}`)], { language: 'en', assumeZone: null });
      expect(value.hosts.map((one) => one.name)).toEqual(['ks-master1']);
      expect(value.installation).toMatchObject({ id: 'kubekey', etcdRunsAs: 'systemd', etcdVersion: { value: '3.4.23' } });
      expect(value.zone ?? value.hosts[0]?.zone).not.toBeNull();
      expect(value.members[0]?.settings).toMatchObject({
        name: { value: 'etcd-ks-master1', basis: 'observed' }, dataDir: { value: '/var/lib/etcd', basis: 'observed' }, peerUrl: { value: 'https://192.168.10.61:2380' }, owner: { value: 'root:root' },
        certFile: { value: '/etc/ssl/etcd/ssl/admin-ks-master1.pem' },
      });
      expect(value.candidates.map((one) => one.hostPath)).toEqual(expect.arrayContaining(['/var/backups/kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db', '/var/lib/etcd']));
      expect(value.recommendation).toMatchObject({ kind: 'restore-snapshot' });
      expect(value.recommendation.candidate?.path).toContain('etcd-2024-05-11-02-00-01/snapshot.db');
      expect(value.plan?.steps.map((step) => step.phase)).toEqual(['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane']);
      expect(Object.values(value.plan?.scripts ?? {})[0]).toContain('BACKUP_JOBS=/usr/local/bin/kube-scripts/etcd-backup.sh\n');
    } finally {
      network.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
