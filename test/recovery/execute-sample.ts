import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { contentOf, deliver, runPlan, servedBy } from './run-plan.js';
import { contentOfFile, put, sample, sampleHost, unpack, type Sample } from './sample-hosts.js';
import { etcdFolder, fingerprint, ScratchNetwork, type ScratchHost } from './scratch-hosts.js';

/** What a sample bundle is known to lead to. */
export interface SampleExecution {
  readonly path: string;
  readonly version: string;
  readonly hosts: readonly string[];
  readonly chosen: string;
  readonly skipHash?: true;
  /** What the crash left on a host. */
  readonly prepare: (one: Sample, host: ScratchHost) => void;
}

export const sampleExecutions: readonly SampleExecution[] = [
  {
    path: 'kubespray-transcript/bundle', version: '3.5.16', hosts: ['node1'], chosen: 'snapshot (1).db',
    prepare: (_one, host) => {
      // After the reboot's fsck both files are empty.
      put(host, '/var/lib/etcd/member/snap/db', Buffer.alloc(0));
      put(host, '/var/lib/etcd/member/wal/0000000000000001-0000000000001f41.wal', Buffer.alloc(0));
    },
  },
  {
    path: 'kubekey-three-members/bundle.tar.gz', version: '3.4.23', hosts: ['vmw253', 'vmw254', 'vmw255'], chosen: '254/backups/etcd-2025-07-12-03-30-01.db',
    prepare: (one, host) => {
      const short = host.name.slice(-3);
      if (short === '255') unpack(host, contentOfFile(one.files, '255/var_lib_etcd.tar.gz'));
      else put(host, '/var/lib/etcd/member/snap/db', contentOfFile(one.files, `${short}/member-snap-db`));
    },
  },
  {
    path: 'kubeadm-disk-full/bundle.zip', version: '3.5.16', hosts: ['kube-cp1'], chosen: 'etcd-data/db', skipHash: true,
    prepare: (one, host) => {
      host.write('/etc/kubernetes/manifests/etcd.yaml', contentOfFile(one.files, 'manifests/etcd.yaml').toString());
      host.write('/etc/cron.d/etcd-snapshot', contentOfFile(one.files, 'cron.d_etcd-snapshot').toString());
      host.write('/usr/local/sbin/etcd-snapshot.sh', contentOfFile(one.files, 'etcd-snapshot.sh').toString(), 0o755);
      // The WAL was deleted by hand; etcd runs on the db alone and swallows writes.
      put(host, '/var/lib/etcd/member/snap/db', contentOfFile(one.files, 'etcd-data/db'));
      host.launch(['kubelet']);
    },
  },
];

/**
 * Analyses a sample bundle, builds its hosts from its own files, executes the plan of the analysis
 * unchanged, and compares what the cluster serves with an independent restore of the chosen file.
 * Throws an AssertionError at the first difference.
 */
export async function executeSample(wanted: SampleExecution): Promise<void> {
  const one = await sample(wanted.path);
  const network = new ScratchNetwork();
  const folder = mkdtempSync('/dev/shm/sample-');
  try {
    const { plan } = one.value;
    assert.ok(plan?.candidate?.path.endsWith(wanted.chosen), plan?.candidate?.path);
    const etcd = etcdFolder(wanted.version) ?? '';
    const chosen = one.chosenFile(folder);
    const hosts = wanted.hosts.map((name) => sampleHost(network, one, name, etcd, `${folder}/authority`));
    for (const host of hosts) wanted.prepare(one, host);
    if (plan === null) throw new Error('no plan');
    deliver(plan, chosen, hosts);
    const before = hosts.map((host) => fingerprint(host.at('/var/lib/etcd')));
    const log = await runPlan(hosts);

    const expected = await contentOf(etcd, chosen, wanted.skipHash === true);
    const script = readFileSync(hosts[0]!.at(`/root/restore/${plan.steps[0]!.script}`), 'utf8');
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(script)?.[1] ?? '';
    const flags = ['--endpoints=https://127.0.0.1:2379', `--cacert=${value('CA_FILE')}`, `--cert=${value('SERVER_CERT')}`, `--key=${value('SERVER_KEY')}`];
    for (const host of hosts) {
      const own = flags.map((flag) => flag.replaceAll(hosts[0]!.name, host.name));
      const all = await host.run(['env', 'ETCDCTL_API=3', 'sh', '-c', 'etcdctl "$@" get "" --from-key -w json 2>/dev/null', 'sh', ...own]);
      assert.deepEqual(servedBy(all.output), { keys: expected.keys, digest: expected.digest }, log);
      const list = await host.run(['env', 'ETCDCTL_API=3', 'sh', '-c', 'etcdctl "$@" member list 2>/dev/null', 'sh', ...own]);
      assert.equal(list.output.trim().split('\n').length, hosts.length);
      assert.ok(existsSync(host.at('/etc/kubernetes/manifests/kube-apiserver.yaml')));
    }
    if (wanted.path.startsWith('kubeadm')) {
      assert.ok(log.includes("moving /etc/cron.d/etcd-snapshot out of cron's reach"));
      assert.ok(existsSync(hosts[0]!.at('/etc/cron.d/etcd-snapshot')));
    }
    // One after the other: a leader that is stopped together with its heirs waits seconds for them.
    for (const host of hosts) {
      const ran = await host.run(['sh', `/root/restore/restore-${host.name}.sh`, 'rollback', '--yes']);
      assert.equal(ran.status, 0, ran.output);
    }
    // A server that ran before the plan changed its own files until it was stopped.
    if (!wanted.path.startsWith('kubeadm')) hosts.forEach((host, i) => assert.equal(fingerprint(host.at('/var/lib/etcd')), before[i]));
  } finally {
    network.close();
    one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
