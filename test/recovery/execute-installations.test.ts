import { mkdtempSync, rmSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makePlan } from '../../src/recovery/plan.js';
import { candidateOf, draftOf, recommend } from './hand-draft.js';
import { layouts } from './layouts.js';
import { contentOf, deliver, runPlan, servedBy } from './run-plan.js';
import { etcdFolder, fingerprint, makeCertificates, noScratchHosts, ScratchNetwork } from './scratch-hosts.js';

const fixtures = fileURLToPath(new URL('../../', import.meta.url));
const snapshotOf = (version: string): string => `${fixtures}samples/${version.startsWith('3.4') ? 'kubekey-powercut/bundle/kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db' : 'kubespray-transcript/bundle/snapshot (1).db'}`;

/** Installer × members × version: each runs the printed scripts unchanged, in the order of plan.json. */
const cases: readonly (readonly [keyof typeof layouts, 1 | 3, string])[] = [
  ['kubekey', 3, '3.4.23'],
  ['kubespray', 1, '3.5.16'],
  ['kubeadm', 1, '3.5.16'],
  ['kubeadm', 3, '3.6.16'],
  ['kubeasz', 3, '3.5.30'],
  ['systemd', 1, '3.6.16'],
];

describe('scripts executed unchanged against real etcd', () => {
  test.each(cases)('%s, %i member(s), etcd %s', { timeout: 120_000 }, async (id, members, version) => {
    const reason = noScratchHosts(version);
    if (reason !== null && process.env['CI'] !== 'true') return expect(reason, `skipped: ${reason}`).toBeTruthy();
    expect(reason).toBeNull();
    const layout = layouts[id];
    const etcd = etcdFolder(version) ?? '';
    const authority = mkdtempSync('/dev/shm/authority-');
    const network = new ScratchNetwork();
    try {
      const names = Array.from({ length: members }, (_, i) => ({ name: `${id}-node${i + 1}`, address: `10.77.5.${i + 11}` }));
      const scheme = id === 'systemd' ? 'http' : 'https';
      const cluster = names.map((host, i) => `${layout.memberName(host, i)}=${scheme}://${host.address}:2380`).join(',');
      const facts = [];
      const hosts = [];
      for (const [i, name] of names.entries()) {
        const host = network.host(name.name, name.address, etcd, layout.bin);
        const files = Object.fromEntries(Object.entries(layout.files(name, layout.memberName(name, i), cluster)).map(([path, text]) => [path, text.replace('VERSION', version)]));
        for (const [path, text] of Object.entries(files)) host.write(path, text);
        makeCertificates(host, authority, layout.certificates(name));
        // What the crash left: damaged, and different on every host.
        for (const path of [`${layout.dataDir}/member/snap/db`, `${layout.walDir ?? `${layout.dataDir}/member/wal`}/0000000000000000-0000000000000000.wal`]) {
          mkdirSync(dirname(host.at(path)), { recursive: true });
          writeFileSync(host.at(path), `ruin of ${name.name}`.repeat(500));
        }
        for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) host.write(`/etc/kubernetes/manifests/${part}.yaml`, `${part}\n`);
        layout.afterSetUp?.(host);
        facts.push(...layout.facts(name, files));
        hosts.push(host);
      }
      const before = hosts.map((host) => fingerprint(host.at(dirname(layout.dataDir))) + (layout.walDir === null ? '' : fingerprint(host.at(layout.walDir))));
      const snapshot = snapshotOf(version);
      const expected = await contentOf(etcd, snapshot);
      const candidate = candidateOf(snapshot, { revision: expected.revision, liveKeys: expected.keys, hostPath: '/root/only-here.db' });
      const draft = draftOf(facts, names, [candidate], version);
      expect(draft.installation.id).toBe(id);
      const plan = makePlan(draft, recommend('restore-snapshot', candidate));
      expect(plan.manual.filter((step) => step.title.key === 'recovery.withheld.title')).toEqual([]);
      expect(plan.steps).toHaveLength(7 * members);
      deliver(plan, snapshot, hosts);
      await runPlan(hosts);
      for (const [i, host] of hosts.entries()) {
        const name = names[i];
        if (name === undefined) throw new Error('no host');
        const all = await host.run(['env', 'ETCDCTL_API=3', 'sh', '-c', `etcdctl "$@" get "" --from-key -w json 2>/dev/null`, 'sh', ...layout.client(name)]);
        const served = servedBy(all.output);
        const rows = JSON.parse(all.output) as { header: { revision: number } };
        expect(served).toEqual({ keys: expected.keys, digest: expected.digest });
        expect(rows.header.revision).toBeGreaterThanOrEqual(expected.revision);
        const list = await host.run(['env', 'ETCDCTL_API=3', 'sh', '-c', 'etcdctl "$@" member list 2>/dev/null', 'sh', ...layout.client(name)]);
        expect(list.output.trim().split('\n').map((line) => line.split(', ').slice(2, 4).join('=')).sort()).toEqual(cluster.split(',').sort());
        expect(existsSync(host.at('/etc/kubernetes/manifests/kube-apiserver.yaml'))).toBe(true);
      }
      const back = await Promise.all(hosts.map((host, i) => host.run(['sh', `/root/restore/restore-${names[i]?.name ?? ''}.sh`, 'rollback', '--yes'])));
      for (const one of back) expect(one).toMatchObject({ status: 0 });
      const restoredAside = (text: string): string => text.split('\n').filter((line) => !line.includes('.restored-')).filter((line) => !/^\. d /.test(line)).join('\n');
      hosts.forEach((host, i) => {
        const now = fingerprint(host.at(dirname(layout.dataDir))) + (layout.walDir === null ? '' : fingerprint(host.at(layout.walDir)));
        expect(restoredAside(now)).toBe(restoredAside(before[i] ?? ''));
      });
    } finally {
      network.close();
      rmSync(authority, { recursive: true, force: true });
    }
  });
});
