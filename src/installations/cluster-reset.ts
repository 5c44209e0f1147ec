import type { ManualStep } from './installation.js';

/**
 * The restore of k3s and RKE2 (their documents "etcd-snapshot" and "backup_restore"): the first server
 * resets the cluster from the snapshot, the others join it with their old database kept aside. `BASE`
 * is the data directory of the product, `OTHER_BASE` names it to the program where it is not the default,
 * `S3_OFF` switches a configured object store off.
 */
export function resetSteps(product: 'k3s' | 'rke2', unit: string, agent: string): readonly ManualStep[] {
  return [
    {
      title: 'manual.reset.stop', on: 'all',
      commands: [`systemctl stop ${unit}`, ...(product === 'rke2' ? ['rke2-killall.sh'] : [])],
      expect: 'manual.reset.stop.expect',
    },
    {
      title: 'manual.reset.keep', on: 'all',
      commands: [
        `cp -a BASE/server/db/snapshots /root/${product}-snapshots-STAMP`,
        `cp -a BASE/server/db/etcd /root/${product}-db-STAMP`,
        `cp -a BASE/server/token /root/${product}-token-STAMP`,
        `cp -a BASE/server/tls /root/${product}-tls-STAMP`,
        `cp -a BASE/server/cred /root/${product}-cred-STAMP`,
      ],
      expect: null,
    },
    { title: 'manual.check', on: 'first', commands: ['sha256sum SNAPSHOT'], expect: 'manual.check.expect' },
    {
      title: 'manual.reset.restore', on: 'first',
      commands: [`${product} serverOTHER_BASE --cluster-reset --cluster-reset-restore-path=SNAPSHOTS3_OFF`],
      expect: 'manual.reset.restore.expect',
    },
    { title: 'manual.reset.start', on: 'first', commands: [`systemctl start ${unit}`, product === 'k3s' ? 'k3s kubectl get nodes' : 'BASE/bin/kubectl --kubeconfig /etc/rancher/rke2/rke2.yaml get nodes'], expect: 'manual.reset.start.expect' },
    { title: 'manual.reset.others', on: 'others', commands: ['mv BASE/server/db BASE/server/db.broken-STAMP', `systemctl start ${unit}`], expect: 'manual.reset.others.expect' },
    { title: 'manual.reset.agents', on: 'operator', commands: [`systemctl restart ${agent}`], expect: null },
    {
      title: 'manual.reset.rollback', on: 'all',
      commands: [
        `systemctl stop ${unit}`,
        'mv BASE/server/db/etcd BASE/server/db/etcd.restored-STAMP',
        `cp -a /root/${product}-db-STAMP BASE/server/db/etcd`,
        'mv BASE/server/db/reset-flag BASE/server/db/reset-flag.restored-STAMP',
        `systemctl start ${unit}`,
      ],
      expect: null,
    },
  ];
}
