import { noDefaults, type Installation } from './installation.js';

/** kOps: etcd-manager restores from its own backup store when it is restarted. */
export const kops: Installation = {
  id: 'kops',
  runsAs: 'static-pod',
  clues: [
    { in: ['image', 'container', 'host-path', 'bundle-path', 'process', 'command'], pattern: /etcd-manager/, strength: 'decides' },
    { in: ['host-path'], pattern: /^\/mnt\/master-vol-/, strength: 'supports' },
  ],
  defaults: noDefaults,
  manual: [
    { title: 'manual.kops.disks', on: 'operator', commands: [], expect: null },
    { title: 'manual.kops.list', on: 'operator', commands: ['etcd-manager-ctl --backup-store=BACKUP_STORE/etcd/main list-backups', 'etcd-manager-ctl --backup-store=BACKUP_STORE/etcd/events list-backups'], expect: 'manual.kops.list.expect' },
    { title: 'manual.kops.restore', on: 'operator', commands: ['etcd-manager-ctl --backup-store=BACKUP_STORE/etcd/main restore-backup MAIN_BACKUP', 'etcd-manager-ctl --backup-store=BACKUP_STORE/etcd/events restore-backup EVENTS_BACKUP'], expect: 'manual.kops.restore.expect' },
    { title: 'manual.kops.restart', on: 'all', commands: ['crictl stop $(crictl ps --name etcd-manager -q)'], expect: 'manual.kops.restart.expect' },
    { title: 'manual.kops.clean', on: 'operator', commands: ['kubectl get endpoints kubernetes', 'kubectl get nodes', 'kops rolling-update cluster --force --yes'], expect: 'manual.verify.expect' },
  ],
};
