import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.js';
import type { Case, InstallationId } from '../../src/case/model.js';
import { etcdFolder } from '../recovery/scratch-hosts.js';

const fixtures = fileURLToPath(new URL('../fixtures/installations', import.meta.url));
const sample = fileURLToPath(new URL('../../samples/kubespray-transcript/bundle/snapshot (1).db', import.meta.url));

interface Identity { readonly name: string; readonly cluster: string; readonly token: string }

/** A snapshot that belongs to this cluster: the real tool writes its members, and the digest is put at the end as `snapshot save` does. */
function snapshotOf(identity: Identity | null, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (identity === null) return copyFileSync(sample, target);
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  const bin = etcdFolder('3.5.16') ?? '';
  const url = identity.cluster.split(',').find((entry) => entry.startsWith(`${identity.name}=`))?.slice(identity.name.length + 1) ?? '';
  execFileSync(join(bin, 'etcdutl'), ['snapshot', 'restore', sample, '--name', identity.name, '--initial-cluster', identity.cluster, '--initial-cluster-token', identity.token, '--initial-advertise-peer-urls', url, '--data-dir', join(folder, 'd')], { stdio: 'ignore' });
  const db = readFileSync(join(folder, 'd/member/snap/db'));
  writeFileSync(target, Buffer.concat([db, createHash('sha256').update(db).digest()]));
  rmSync(folder, { recursive: true });
}

interface Wanted {
  readonly id: InstallationId;
  readonly runsAs: Case['installation']['etcdRunsAs'];
  /** Where the snapshot lies in the bundle; null when there is none. */
  readonly snapshot: string | null;
  readonly identity: Identity | null;
  /** `host: command` lines of the plan, in this order among all. `?` stands for every host. */
  readonly commands: readonly string[];
}

const one = (name: string, url: string, token: string): Identity => ({ name, cluster: `${name}=${url}`, token });

const wanted: Readonly<Record<string, Wanted>> = {
  k3s: {
    id: 'k3s', runsAs: 'embedded', snapshot: 'srv1/etcd-snapshot-srv1-1741046402', identity: null,
    commands: [
      '?: systemctl stop k3s', '?: cp -a /var/lib/rancher/k3s/server/db/snapshots /root/k3s-snapshots-STAMP', '?: cp -a /var/lib/rancher/k3s/server/token /root/k3s-token-STAMP',
      'srv1: k3s server --cluster-reset --cluster-reset-restore-path=/var/lib/rancher/k3s/server/db/snapshots/etcd-snapshot-srv1-1741046402', 'srv1: systemctl start k3s',
      'srv2: mv /var/lib/rancher/k3s/server/db /var/lib/rancher/k3s/server/db.broken-STAMP', 'srv2: systemctl start k3s',
    ],
  },
  rke2: {
    id: 'rke2', runsAs: 'static-pod', snapshot: 'cp1/etcd-snapshot-cp1-1741046402', identity: null,
    commands: [
      '?: systemctl stop rke2-server', '?: rke2-killall.sh', '?: cp -a /var/lib/rancher/rke2/server/db/etcd /root/rke2-db-STAMP',
      'cp1: rke2 server --cluster-reset --cluster-reset-restore-path=/var/lib/rancher/rke2/server/db/snapshots/etcd-snapshot-cp1-1741046402', 'cp1: systemctl start rke2-server',
    ],
  },
  rke1: {
    id: 'rke1', runsAs: 'container', snapshot: 'etcd1/2025-03-04T00:00:01Z_etcd', identity: null,
    commands: ['?: cp -a /var/lib/etcd /var/lib/etcd.broken-STAMP', 'operator: cp -a cluster.rkestate cluster.rkestate.before-STAMP', 'operator: rke etcd snapshot-restore --config cluster.yml --name 2025-03-04T00:00:01Z_etcd', '?: docker exec etcd etcdctl endpoint health'],
  },
  openshift: {
    id: 'openshift', runsAs: 'static-pod', snapshot: 'master-0/snapshot_2025-03-04_000001.db', identity: null,
    commands: [
      'master-0: ls -l /home/core/assets/backup/snapshot_2025-03-04_000001.db /home/core/assets/backup/static_kuberesources_2025-03-04_000001.tar.gz',
      'master-1: sudo mv /etc/kubernetes/manifests/etcd-pod.yaml /root/manifests-STAMP/', 'master-2: sudo mv /var/lib/etcd /var/lib/etcd-broken-STAMP', 'master-0: sudo cp -a /var/lib/etcd /var/lib/etcd-manual-STAMP',
      'master-0: sudo -E /usr/local/bin/cluster-restore.sh /home/core/assets/backup', '?: sudo systemctl restart kubelet.service',
      `operator: oc patch etcd cluster -p='{"spec":{"forceRedeploymentReason":"recovery-STAMP"}}' --type=merge`, `operator: oc patch kubescheduler cluster -p='{"spec":{"forceRedeploymentReason":"recovery-STAMP"}}' --type=merge`,
    ],
  },
  talos: {
    id: 'talos', runsAs: 'container', snapshot: 'db.snapshot',
    identity: { name: 'cp1', cluster: [1, 2, 3].map((n) => `cp${n}=https://10.35.0.1${n}:2380`).join(','), token: 'etcd-cluster' },
    commands: [
      '10.35.0.11: talosctl -n 10.35.0.11 cp /var/lib/etcd ./etcd-10.35.0.11-STAMP', '10.35.0.13: talosctl -n 10.35.0.13 cp /var/lib/etcd ./etcd-10.35.0.13-STAMP',
      '10.35.0.11: talosctl -n 10.35.0.11 reset --graceful=false --reboot --system-labels-to-wipe=EPHEMERAL', '10.35.0.12: talosctl -n 10.35.0.12 reset --graceful=false --reboot --system-labels-to-wipe=EPHEMERAL',
      '10.35.0.12: talosctl -n 10.35.0.12 service etcd', 'operator: talosctl -n 10.35.0.11 bootstrap --recover-from=snapshot.db', 'operator: talosctl -n 10.35.0.11 etcd members',
    ],
  },
  kops: {
    id: 'kops', runsAs: 'static-pod', snapshot: 'backups/etcd/main/2025-03-04T00:00:02Z-000001/etcd.backup', identity: null,
    commands: [
      'operator: etcd-manager-ctl --backup-store=s3://kops-state/prod.example.com/backups/etcd/main list-backups',
      'operator: etcd-manager-ctl --backup-store=s3://kops-state/prod.example.com/backups/etcd/main restore-backup 2025-03-04T00:00:02Z-000001',
      'operator: etcd-manager-ctl --backup-store=s3://kops-state/prod.example.com/backups/etcd/events restore-backup 2025-03-04T00:00:03Z-000001', '?: crictl stop $(crictl ps --name etcd-manager -q)',
    ],
  },
  k0s: {
    id: 'k0s', runsAs: 'embedded', snapshot: 'ctrl1/k0s_backup_2025-03-04T00_00_02_000Z.tar.gz', identity: null,
    commands: ['?: systemctl stop k0scontroller', '?: mv /var/lib/k0s /var/lib/k0s.broken-STAMP', 'ctrl1: k0s restore /root/k0s_backup_2025-03-04T00_00_02_000Z.tar.gz', 'ctrl1: systemctl start k0scontroller', 'ctrl1: k0s token create --role=controller'],
  },
  microk8s: { id: 'microk8s', runsAs: 'embedded', snapshot: null, identity: null, commands: ['?: microk8s stop', '?: cp -a /var/snap/microk8s/current/var/kubernetes/backend /root/microk8s-backend-restore'] },
  kubeasz: {
    id: 'kubeasz', runsAs: 'systemd', snapshot: 'snapshot_202503041601.db', identity: one('etcd-10.36.0.11', 'https://10.36.0.11:2380', 'etcd-cluster-0'),
    commands: [
      'kz1: systemctl stop kube-apiserver', 'kz1: systemctl stop etcd', 'kz1: mv /var/lib/etcd /var/lib/etcd.broken-PLAN', 'kz1: mv /ssd/etcd-wal /ssd/etcd-wal.broken-PLAN',
      'kz1: /opt/kube/bin/etcdutl snapshot restore /root/etcd-restore-PLAN-kz1/snapshot.db --name etcd-10.36.0.11 --initial-cluster etcd-10.36.0.11=https://10.36.0.11:2380 --initial-cluster-token etcd-cluster-0 --initial-advertise-peer-urls https://10.36.0.11:2380 --bump-revision 1000000000 --mark-compacted --data-dir /var/lib/etcd --wal-dir /ssd/etcd-wal',
      'kz1: chown -R root:root /var/lib/etcd', 'kz1: systemctl start --no-block etcd', 'kz1: systemctl start kube-apiserver',
    ],
  },
  systemd: {
    id: 'systemd', runsAs: 'systemd', snapshot: 'db1-snapshot.db', identity: one('db1', 'http://10.37.0.11:2380', 'apps'),
    commands: [
      'db1: systemctl stop etcd', 'db1: mv /var/lib/etcd/default /var/lib/etcd/default.broken-PLAN',
      'db1: etcdutl snapshot restore /root/etcd-restore-PLAN-db1/snapshot.db --name db1 --initial-cluster db1=http://10.37.0.11:2380 --initial-cluster-token apps --initial-advertise-peer-urls http://10.37.0.11:2380 --bump-revision 1000000000 --mark-compacted --data-dir /var/lib/etcd/default',
      'db1: chown -R etcd:etcd /var/lib/etcd/default', 'db1: systemctl start --no-block etcd',
    ],
  },
  'kubespray-docker': {
    id: 'kubespray', runsAs: 'docker', snapshot: 'snapshot.db', identity: one('etcd1', 'https://10.38.0.11:2380', 'k8s_etcd'),
    commands: [
      'kn1: systemctl stop etcd', 'kn1: docker stop etcd1 || true', 'kn1: mv /var/lib/etcd /var/lib/etcd.broken-PLAN',
      'kn1: /usr/local/bin/etcdutl snapshot restore /root/etcd-restore-PLAN-kn1/snapshot.db --name etcd1 --initial-cluster etcd1=https://10.38.0.11:2380 --initial-cluster-token k8s_etcd --initial-advertise-peer-urls https://10.38.0.11:2380 --bump-revision 1000000000 --mark-compacted --data-dir /var/lib/etcd',
      'kn1: chown -R etcd:root /var/lib/etcd', 'kn1: systemctl start --no-block etcd',
    ],
  },
};

/** All commands of a plan with their host; ids that depend on bytes are made equal. */
function commandsOf(value: Case): readonly string[] {
  const stamp = value.plan?.candidate?.sha256?.slice(0, 8) ?? '\0';
  const id = /etcd-restore-([0-9a-f]{8})-/.exec(JSON.stringify(value.plan?.steps ?? []))?.[1] ?? '\0';
  const lines = [
    ...(value.plan?.steps ?? []).flatMap((step) => step.commands.map((command) => `${step.host}: ${command}`)),
    ...(value.plan?.manual ?? []).flatMap((step) => step.commands.map((command) => `${step.host ?? '?'}: ${command}`)),
  ];
  return lines.map((line) => line.replaceAll(stamp, 'STAMP').replaceAll(id, 'PLAN'));
}

async function caseOf(name: string, { snapshot, identity }: Pick<Wanted, 'snapshot' | 'identity'>): Promise<Case> {
  const folder = mkdtempSync(join(tmpdir(), 'installation-'));
  try {
    cpSync(join(fixtures, name), folder, { recursive: true });
    if (snapshot?.endsWith('.tar.gz') === true) {
      mkdirSync(join(folder, 'tmp-k0s'));
      snapshotOf(identity, join(folder, 'tmp-k0s/etcd-snapshot.db'));
      execFileSync('tar', ['czf', join(folder, snapshot), '-C', join(folder, 'tmp-k0s'), 'etcd-snapshot.db']);
      rmSync(join(folder, 'tmp-k0s'), { recursive: true });
    } else if (snapshot !== null) snapshotOf(identity, join(folder, snapshot));
    return await analyze([folder], { language: 'en', assumeZone: null });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lacking = etcdFolder('3.5.16') === null;
if (lacking && process.env['CI'] === 'true') throw new Error('etcd 3.5.16 is missing');

describe('every installation has the plan of its own procedure', () => {
  const able = Object.keys(wanted).filter((name) => !lacking || wanted[name]!.identity === null);
  test.each(able)('%s', async (name) => {
    const expected = wanted[name]!;
    const value = await caseOf(name, expected);
    expect(value.installation).toMatchObject({ id: expected.id, etcdRunsAs: expected.runsAs });
    expect(value.installation.evidence.length).toBeGreaterThan(0);
    const lines = commandsOf(value);
    let at = -1;
    for (const command of expected.commands) {
      const next = lines.findIndex((line, i) => i > at && line === command);
      expect(next, `${command}\nnot after line ${at} of\n${lines.join('\n')}`).toBeGreaterThan(at);
      at = next;
    }
    for (const line of lines) expect(line).not.toMatch(/\b(SNAPSHOT|STAMP_|BASE|PEER_IP|FIRST_IP|BACKUP_\w+|DATA_DIR|NAME)\b|: rm /);
  }, 60_000);

  test('what the commands need and the bundle lacks withholds all of them', async () => {
    const value = await caseOf('k0s', { snapshot: 'ctrl1/loose-etcd-snapshot.db', identity: null });
    expect(value.installation.id).toBe('k0s');
    expect(commandsOf(value)).toEqual(['?: find / -name "k0s_backup_*.tar.gz" -exec ls -l {} +']);
    expect(value.recommendation.missingFacts.map((one) => one.fact)).toContain('backup archive');
  });
});
