import type { Installation } from './installation.js';

/** kubeasz: everything as systemd units under /opt/kube/bin, names etcd-IP, flags only. */
export const kubeasz: Installation = {
  id: 'kubeasz',
  runsAs: 'systemd',
  clues: [
    { in: ['host-path', 'unit-line', 'process', 'command'], pattern: /\/opt\/kube\/bin\b|\/etc\/kubeasz\b/, strength: 'decides' },
    { in: ['unit-line', 'process', 'env', 'flag'], pattern: /etcd-cluster-0\b/, strength: 'decides' },
    { in: ['unit'], pattern: /^kube-(apiserver|controller-manager|scheduler)\.service$/, strength: 'supports' },
  ],
  defaults: {
    dataDir: '/var/lib/etcd', token: 'etcd-cluster-0', toolFolder: '/opt/kube/bin', owner: 'root:root',
    caFile: '/etc/kubernetes/ssl/ca.pem', certFile: '/etc/kubernetes/ssl/etcd.pem', keyFile: '/etc/kubernetes/ssl/etcd-key.pem',
  },
  manual: null,
};
