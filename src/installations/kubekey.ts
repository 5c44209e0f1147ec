import type { Installation } from './installation.js';

/** KubeKey 1–4 (KubeSphere): etcd as a systemd unit with /etc/etcd.env, names `etcd-HOST` (1.0 and 1.1: `etcd1`). */
export const kubekey: Installation = {
  id: 'kubekey',
  runsAs: 'systemd',
  clues: [
    { in: ['host-path', 'cron', 'process', 'unit-line', 'command', 'bundle-path'], pattern: /kube-scripts\/(etcd-backup|backup_etcd|etcd-restore)/, strength: 'decides' },
    { in: ['host-path', 'process', 'bundle-path'], pattern: /(^|\/)(var\/backups\/)?kube_etcd(\/|$)/, strength: 'decides' },
    { in: ['unit'], pattern: /^backup-etcd\.(timer|service)$/, strength: 'decides' },
    { in: ['host-path', 'process'], pattern: /^\/var\/lib\/etcd-backup\/(timer|install)\b/, strength: 'decides' },
    { in: ['version'], pattern: /^kubekey /, strength: 'decides' },
    { in: ['env'], pattern: /^ETCD_INITIAL_CLUSTER_TOKEN="?k8s_etcd/, strength: 'supports' },
    { in: ['image'], pattern: /kubesphere/, strength: 'supports' },
    { in: ['namespace'], pattern: /^kubesphere/, strength: 'supports' },
  ],
  defaults: {
    dataDir: '/var/lib/etcd', token: 'k8s_etcd', toolFolder: '/usr/local/bin', owner: 'root:root',
    caFile: '/etc/ssl/etcd/ssl/ca.pem', certFile: '/etc/ssl/etcd/ssl/admin-HOST.pem', keyFile: '/etc/ssl/etcd/ssl/admin-HOST-key.pem',
  },
  manual: null,
};
