import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentOf, deliver, runPlan, servedBy } from './run-plan.js';
import { sample } from './sample-hosts.js';
import { etcdFolder, fingerprint, makeCertificates, noScratchHosts, ScratchNetwork, type ScratchHost } from './scratch-hosts.js';

const folder = fileURLToPath(new URL('../../samples/kubekey-powercut/bundle', import.meta.url));
const reason = noScratchHosts('3.4.23');
if (reason !== null && process.env['CI'] === 'true') throw new Error(reason);

/** The shared single-member bundle, on a host made of its own files; TLS as its env file says. */
describe.skipIf(reason !== null)(`KubeKey, one member, etcd 3.4.23${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const snapshot = join(folder, 'kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db');
  const etcd = etcdFolder('3.4.23') ?? '';
  const authority = mkdtempSync('/dev/shm/authority-');
  let network: ScratchNetwork;
  let host: ScratchHost;
  let before = '';
  const spool = '0 3 * * * sh /usr/local/bin/kube-scripts/etcd-backup.sh\n5 4 * * * true\n';

  beforeAll(() => {
    network = new ScratchNetwork();
    host = network.host('ks-master1', '192.168.10.61', etcd);
    host.write('/etc/etcd.env', readFileSync(join(folder, 'etc/etcd.env'), 'utf8'));
    host.write('/etc/systemd/system/etcd.service', readFileSync(join(folder, 'etc/etcd.service'), 'utf8'));
    const ssl = '/etc/ssl/etcd/ssl';
    makeCertificates(host, authority, { ca: `${ssl}/ca.pem`, pairs: [[`${ssl}/member-ks-master1.pem`, `${ssl}/member-ks-master1-key.pem`], [`${ssl}/admin-ks-master1.pem`, `${ssl}/admin-ks-master1-key.pem`]] });
    host.write('/usr/local/bin/kube-scripts/etcd-backup.sh', readFileSync(join(folder, 'etcd-backup.sh'), 'utf8'), 0o755);
    for (const name of ['etcd-2024-05-11-01-30-01', 'etcd-2024-05-11-02-00-01', 'etcd-2024-05-11-02-30-01']) {
      host.write(`/var/backups/kube_etcd/${name}/snapshot.db`, '');
      execFileSync('cp', [join(folder, 'kube_etcd', name, 'snapshot.db'), host.at(`/var/backups/kube_etcd/${name}/snapshot.db`)]);
    }
    for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) host.write(`/etc/kubernetes/manifests/${part}.yaml`, `name: ${part}\n`);
    execFileSync('tar', ['xzf', join(folder, 'var-lib-etcd.tgz'), '-C', host.at('/')]);
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', join(host.standIn, 'crontab')], { input: '*/5 * * * * /usr/sbin/ntpdate x\n*/30 * * * * sh /usr/local/bin/kube-scripts/etcd-backup.sh\n' });
    host.write('/var/spool/cron/backup', spool);
    before = fingerprint(host.at('/var/lib/etcd'));
  });
  afterAll(() => {
    network.close();
    rmSync(authority, { recursive: true, force: true });
  });

  test('restores exactly the chosen snapshot, ends hanging backups first, and rolls back bit for bit', async () => {
    const one = await sample('kubekey-powercut/bundle');
    one.close();
    const { plan } = one.value;
    if (plan === null) throw new Error('the analysis gives no plan');
    expect(plan.candidate?.path).toBe('kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db');
    const expected = await contentOf(etcd, snapshot);
    expect(plan.steps.map((step) => step.phase)).toEqual(['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane']);
    deliver(plan, snapshot, [host]);

    // A backup run hangs because etcd is dead; it would rotate as soon as etcd answers.
    host.launch(['/bin/sh', '-c', 'sh /usr/local/bin/kube-scripts/etcd-backup.sh']);
    await expect.poll(async () => (await host.run(['sh', '-c', 'grep -l snapshot /proc/[0-9]*/comm /proc/[0-9]*/cmdline 2>/dev/null | wc -l'])).output.trim(), { timeout: 15_000, interval: 300 }).not.toBe('0');

    const script = '/root/restore/restore-ks-master1.sh';
    expect(await host.run(['sh', script])).toMatchObject({ status: 0 });
    expect((await host.run(['sh', script, 'restore', '--yes'])).status).toBe(1);
    expect((await host.run(['sh', script, 'preflight'])).status).toBe(0);
    expect((await host.run(['sh', script, 'stop'])).output).toContain('nothing was changed');
    expect(fingerprint(host.at('/var/lib/etcd'))).toBe(before);

    const log = await runPlan([host], 'control-plane');
    expect(log).toContain('ending backup run');
    const all = await host.run(['env', 'ETCDCTL_API=3', 'etcdctl', '--endpoints=https://127.0.0.1:2379', '--cacert=/etc/ssl/etcd/ssl/ca.pem', '--cert=/etc/ssl/etcd/ssl/admin-ks-master1.pem', '--key=/etc/ssl/etcd/ssl/admin-ks-master1-key.pem', 'get', '', '--from-key', '-w', 'json']);
    expect(servedBy(all.output)).toEqual({ keys: expected.keys, digest: expected.digest });
    expect(existsSync(host.at('/var/backups/kube_etcd/etcd-2024-05-11-01-30-01/snapshot.db'))).toBe(true);
    expect(readFileSync(join(host.standIn, 'crontab'), 'utf8')).not.toContain('etcd-backup');
    expect(readFileSync(host.at('/var/spool/cron/backup'), 'utf8')).toBe('5 4 * * * true\n');

    expect((await host.run(['sh', script, 'control-plane', '--yes'])).output).toContain('control-plane: done');
    expect(readFileSync(join(host.standIn, 'crontab'), 'utf8')).toContain('etcd-backup');
    expect(readFileSync(host.at('/var/spool/cron/backup'), 'utf8')).toBe(spool);
    expect(existsSync(host.at('/etc/kubernetes/manifests/kube-apiserver.yaml'))).toBe(true);
    // Safe to repeat.
    for (const phase of ['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane']) expect(await host.run(['sh', script, phase, '--yes'])).toMatchObject({ status: 0 });

    const back = await host.run(['sh', script, 'rollback', '--yes']);
    expect(back).toMatchObject({ status: 0 });
    expect(fingerprint(host.at('/var/lib/etcd'))).toBe(before);
  }, 120_000);
});
