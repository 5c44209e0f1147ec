import type { Installation } from './installation.js';

/** kubeadm, and what builds on it (sealos 4, minikube, kind): etcd as a static pod on each control-plane node. */
export const kubeadm: Installation = {
  id: 'kubeadm',
  runsAs: 'static-pod',
  clues: [
    { in: ['flag'], pattern: /^kubeadm\.kubernetes\.io\/etcd\.advertise-client-urls$/, strength: 'decides' },
    { in: ['container'], pattern: /^\/?k8s_(etcd|POD)_etcd-.+_kube-system_|^pod etcd-/, strength: 'decides' },
    { in: ['host-path', 'process', 'flag'], pattern: /\/etc\/kubernetes\/(pki\/etcd|manifests\/etcd\.yaml)|\/var\/lib\/minikube\/(etcd|certs)/, strength: 'decides' },
    { in: ['flag'], pattern: /^etcd$/, strength: 'decides' },
    { in: ['host-path'], pattern: /^\/etc\/kubernetes\/(admin|kubelet|super-admin)\.conf$|kubeadm-flags\.env$/, strength: 'supports' },
  ],
  defaults: {
    dataDir: '/var/lib/etcd', token: 'etcd-cluster', toolFolder: null, owner: 'root:root',
    caFile: '/etc/kubernetes/pki/etcd/ca.crt', certFile: '/etc/kubernetes/pki/etcd/healthcheck-client.crt', keyFile: '/etc/kubernetes/pki/etcd/healthcheck-client.key',
  },
  manual: null,
};
