import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fact } from '../../src/artifacts/fact.js';
import { makePlan } from '../../src/recovery/plan.js';
import { candidateOf, draftOf, recommend } from './hand-draft.js';
import { layouts } from './layouts.js';
import { contentOf, deliver, runPlan, servedBy, type Content } from './run-plan.js';
import { etcdFolder, fingerprint, makeCertificates, ScratchNetwork, type ScratchHost } from './scratch-hosts.js';

/** Installer, members, version of etcd. */
export type Execution = readonly [keyof typeof layouts, 1 | 3, string];

const root = fileURLToPath(new URL('../../', import.meta.url));
const snapshotOf = (version: string): string => `${root}samples/${version.startsWith('3.4') ? 'kubekey-powercut/bundle/kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db' : 'kubespray-transcript/bundle/snapshot (1).db'}`;

const contents = new Map<string, Promise<Content>>();

/** What the snapshot holds, by an independent restore; asked once a version. */
function expectedOf(version: string): Promise<Content> {
  const known = contents.get(version) ?? contentOf(etcdFolder(version) ?? '', snapshotOf(version));
  contents.set(version, known);
  return known;
}

/**
 * Builds the hosts of one installer with its own files, damages their data, makes the plan, runs the
 * printed scripts unchanged in the order of `plan.json`, and compares what the cluster then serves with
 * an independent restore of the candidate; then rolls back and compares every file with the state before.
 * Throws an AssertionError at the first difference; gives what the scripts printed.
 */
export async function execute([id, members, version]: Execution, given: string | null = null): Promise<string> {
  const layout = layouts[id];
  const etcd = etcdFolder(version) ?? '';
  const authority = mkdtempSync('/dev/shm/authority-');
  const network = new ScratchNetwork();
  try {
    const names = Array.from({ length: members }, (_, i) => ({ name: `${id}-node${i + 1}`, address: `10.77.5.${i + 11}` }));
    const scheme = id === 'systemd' ? 'http' : 'https';
    const cluster = names.map((host, i) => `${layout.memberName(host, i)}=${scheme}://${host.address}:2380`).join(',');
    const facts: Fact[] = [];
    const hosts: ScratchHost[] = [];
    for (const [i, name] of names.entries()) {
      const host = network.host(name.name, name.address, etcd, layout.bin);
      const files = Object.fromEntries(Object.entries(layout.files(name, layout.memberName(name, i), cluster)).map(([path, text]) => [path, text.replace('VERSION', version)]));
      for (const [path, text] of Object.entries(files)) host.write(path, text);
      makeCertificates(host, authority, layout.certificates(name));
      ruin(host, layout.dataDir, layout.walDir);
      if (id !== 'kubeasz') for (const part of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) host.write(`/etc/kubernetes/manifests/${part}.yaml`, `${part}\n`);
      facts.push(...layout.facts(name, files));
      hosts.push(host);
    }
    const state = (host: ScratchHost): string => [layout.dataDir, ...(layout.walDir === null ? [] : [layout.walDir])].map((path) => fingerprint(host.at(path))).join('');
    const before = hosts.map(state);
    for (const host of hosts) layout.afterSetUp?.(host);

    const snapshot = given ?? snapshotOf(version);
    const expected = given === null ? await expectedOf(version) : await contentOf(etcd, given);
    const candidate = candidateOf(snapshot, { revision: expected.revision, liveKeys: expected.keys, hostPath: '/root/only-here.db' });
    const draft = draftOf(facts, names, [candidate], version);
    assert.equal(draft.installation.id, id);
    const plan = makePlan(draft, recommend('restore-snapshot', candidate));
    assert.deepEqual(plan.manual.filter((step) => step.title.key === 'recovery.withheld.title'), []);
    assert.equal(plan.steps.length, 7 * members);
    deliver(plan, snapshot, hosts);
    const log = await runPlan(hosts);

    await Promise.all(hosts.map(async (host, i) => {
      const client = layout.client(names[i] ?? { name: '', address: '' });
      const ask = (words: string): Promise<{ readonly output: string }> => host.run(['env', 'ETCDCTL_API=3', 'sh', '-c', `etcdctl "$@" ${words} 2>/dev/null`, 'sh', ...client]);
      const [all, list] = await Promise.all([ask('get "" --from-key -w json'), ask('member list')]);
      assert.deepEqual(servedBy(all.output), { keys: expected.keys, digest: expected.digest }, log);
      assert.ok((JSON.parse(all.output) as { header: { revision: number } }).header.revision >= expected.revision);
      assert.deepEqual(list.output.trim().split('\n').map((line) => line.split(', ').slice(2, 4).join('=')).sort(), cluster.split(',').sort());
      if (id !== 'kubeasz') assert.ok(existsSync(host.at('/etc/kubernetes/manifests/kube-apiserver.yaml')));
    }));

    // One after the other: a leader that is stopped together with its heirs waits seconds for them.
    for (const [i, host] of hosts.entries()) {
      // The first member is stopped by its script; the others have crashed meanwhile, which is no reason to wait for them.
      if (i > 0 && id !== 'kubeadm') await host.run(['sh', '-c', 'kill -KILL "$(cat "$STANDIN/units/etcd.pid")"']);
      const back = await host.run(['sh', `/root/restore/restore-${names[i]?.name ?? ''}.sh`, 'rollback', '--yes']);
      assert.equal(back.status, 0, back.output);
    }
    hosts.forEach((host, i) => assert.equal(state(host), before[i]));
    return log;
  } finally {
    network.close();
    rmSync(authority, { recursive: true, force: true });
  }
}

/** What the crash left: damaged, and different on every host. */
function ruin(host: ScratchHost, dataDir: string, walDir: string | null): void {
  for (const path of [`${dataDir}/member/snap/db`, `${walDir ?? `${dataDir}/member/wal`}/0000000000000000-0000000000000000.wal`]) {
    mkdirSync(dirname(host.at(path)), { recursive: true });
    writeFileSync(host.at(path), `ruin of ${host.name}`.repeat(500));
  }
}
