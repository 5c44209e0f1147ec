import type { Installation } from './installation.js';

/** Kubespray: the same env file and certificate folder as KubeKey, names etcd1…, data owned by `etcd`. */
export const kubespray: Installation = {
  id: 'kubespray',
  runsAs: 'systemd',
  clues: [
    { in: ['host-path', 'unit-line', 'process', 'command', 'bundle-path'], pattern: /\/etcd-scripts\b|\/etcdctl\.sh\b|make-ssl-etcd\.sh/, strength: 'decides' },
    { in: ['host-path', 'env', 'bundle-path'], pattern: /kubespray/i, strength: 'decides' },
    { in: ['unit'], pattern: /^etcd-events\.service$/, strength: 'decides' },
    { in: ['host-path', 'bundle-path', 'process', 'command'], pattern: /(^|\/)backups\/etcd-\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d/, strength: 'supports' },
    { in: ['env'], pattern: /^ETCD_NAME="?etcd\d+"?$/, strength: 'supports' },
    { in: ['env'], pattern: /^ETCD_INITIAL_CLUSTER_TOKEN="?k8s_etcd/, strength: 'supports' },
    { in: ['host-path'], pattern: /^\/etc\/kubernetes\/kubeadm-config\.yaml$/, strength: 'supports' },
  ],
  together: [/^ETCD_INITIAL_CLUSTER_TOKEN="?k8s_etcd/, /^ETCD_NAME="?etcd\d+"?$/],
  defaults: {
    dataDir: '/var/lib/etcd', token: 'k8s_etcd', toolFolder: '/usr/local/bin', owner: 'etcd:etcd',
    caFile: '/etc/ssl/etcd/ssl/ca.pem', certFile: '/etc/ssl/etcd/ssl/admin-HOST.pem', keyFile: '/etc/ssl/etcd/ssl/admin-HOST-key.pem',
  },
  manual: null,
};
