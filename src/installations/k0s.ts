import { noDefaults, type Installation } from './installation.js';

/** k0s: etcd is a child of `k0s controller`. */
export const k0s: Installation = {
  id: 'k0s',
  runsAs: 'embedded',
  clues: [
    { in: ['unit'], pattern: /^k0s(controller|worker)(\.service)?$/, strength: 'decides' },
    { in: ['host-path', 'process', 'flag', 'command', 'bundle-path'], pattern: /var\/lib\/k0s\b|k0s_backup_/, strength: 'decides' },
    { in: ['process'], pattern: /(^|\/)k0s controller\b/, strength: 'decides' },
    { in: ['version'], pattern: /\+k0s/, strength: 'supports' },
  ],
  defaults: { ...noDefaults, dataDir: '/var/lib/k0s/etcd', owner: 'etcd:etcd' },
  manual: [
    { title: 'manual.k0s.stop', on: 'all', commands: ['systemctl stop k0scontroller'], expect: null },
    { title: 'manual.check', on: 'first', commands: ['tar -xzOf BACKUP_ARCHIVE etcd-snapshot.db | sha256sum'], expect: 'manual.check.expect' },
    { title: 'manual.k0s.keep', on: 'all', commands: ['mv BASE BASE.broken-STAMP'], expect: null },
    { title: 'manual.k0s.restore', on: 'first', commands: ['k0s restoreOTHER_BASE BACKUP_ARCHIVE', 'systemctl start k0scontroller', 'k0s status', 'k0s kubectl get nodes'], expect: 'manual.verify.expect' },
    { title: 'manual.k0s.join', on: 'first', commands: ['k0s token create --role=controller'], expect: null },
    { title: 'manual.k0s.rollback', on: 'all', commands: ['systemctl stop k0scontroller', 'mv BASE BASE.restored-STAMP', 'mv BASE.broken-STAMP BASE', 'systemctl start k0scontroller'], expect: null },
  ],
};
