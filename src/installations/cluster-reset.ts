import type { ManualStep } from './installation.js';

/**
 * The restore of k3s and RKE2 (their documents "etcd-snapshot" and "backup_restore"): the first server
 * resets the cluster from the snapshot, the others join it with their old database kept aside.
 */
export function resetSteps(product: 'k3s' | 'rke2', unit: string, agent: string): readonly ManualStep[] {
  const base = `/var/lib/rancher/${product}`;
  return [
    {
      title: 'manual.reset.stop',
      commands: [`systemctl stop ${unit}`, ...(product === 'rke2' ? ['rke2-killall.sh'] : [])],
      expect: 'manual.reset.stop.expect',
    },
    {
      title: 'manual.reset.keep',
      commands: [
        `cp -a ${base}/server/db/snapshots /root/${product}-snapshots-STAMP`,
        `cp -a ${base}/server/db/etcd /root/${product}-db-STAMP`,
        `cp -a ${base}/server/token /root/${product}-token-STAMP`,
        `cp -a ${base}/server/tls /root/${product}-tls-STAMP`,
        `cp -a ${base}/server/cred /root/${product}-cred-STAMP`,
      ],
      expect: null,
    },
    { title: 'manual.check', commands: ['sha256sum SNAPSHOT'], expect: 'manual.check.expect' },
    {
      title: 'manual.reset.restore',
      commands: [`${product} server --cluster-reset --cluster-reset-restore-path=SNAPSHOT --etcd-s3=false`],
      expect: 'manual.reset.restore.expect',
    },
    { title: 'manual.reset.start', commands: [`systemctl start ${unit}`, `${product} kubectl get nodes`], expect: 'manual.reset.start.expect' },
    {
      title: 'manual.reset.others',
      commands: [`mv ${base}/server/db ${base}/server/db.broken-STAMP`, `systemctl start ${unit}`],
      expect: 'manual.reset.others.expect',
    },
    { title: 'manual.reset.agents', commands: [`systemctl restart ${agent}`], expect: null },
    {
      title: 'manual.reset.rollback',
      commands: [
        `systemctl stop ${unit}`,
        `mv ${base}/server/db/etcd ${base}/server/db/etcd.restored-STAMP`,
        `cp -a /root/${product}-db-STAMP ${base}/server/db/etcd`,
        `mv ${base}/server/db/reset-flag ${base}/server/db/reset-flag.restored-STAMP`,
        `systemctl start ${unit}`,
      ],
      expect: null,
    },
  ];
}
