import type { LogSource } from '../fact.js';

/** Applications that bring an etcd of their own, which says nothing about the one of Kubernetes. */
const applications = /^(?:calico|cilium|milvus|apisix|patroni|pg|postgres\w*|vault|traefik|rook|m3|pulsar|tidb|tikv|openstack|vcluster|app)-/;

/** Which program a syslog identifier, unit, compose service or container name means; null if it is none of the known. */
export function sourceOfName(name: string): LogSource | null {
  const base = name.toLowerCase().replace(/^.*\//, '').replace(/\.(?:service|timer|scope)$/, '');
  if (/^(?:etcd|etcd\d{0,2}|etcd-events|etcd-member|etcd-server|kube-etcd|etcd-main|etcd-manager-main|etcd-docker|[\w.-]+-etcd(?:-\d+)?)$/.test(base)) return applications.test(base) ? null : 'etcd';
  if (/^(?:etcdctl|etcdutl)$/.test(base)) return 'etcdctl';
  if (/(?:etcd.*(?:backup|snapshot)|(?:backup|snapshot).*etcd)/.test(base)) return 'backup-job';
  if (base === 'kubelet' || base === 'hyperkube') return 'kubelet';
  if (/^kube-?apiserver/.test(base) || base === 'apiserver') return 'kube-apiserver';
  if (/^kube-?controller-?manager/.test(base)) return 'kube-controller-manager';
  if (/^kube-?scheduler/.test(base)) return 'kube-scheduler';
  if (/^systemd(?:-logind|-shutdown|-fsck|-modules-load|-udevd|-sysv\w*|-tmpfiles|-sysctl)?$/.test(base) || base === 'init') return 'systemd';
  if (base === 'kernel') return 'kernel';
  if (base === 'systemd-journald' || base === 'systemd-journal' || base === 'journal') return 'journald';
  if (base === 'dockerd' || base === 'docker' || base === 'dockerd-current') return 'dockerd';
  if (base === 'containerd' || base === 'crio' || base === 'cri-o') return 'containerd';
  if (/^(?:crond?|anacron|run-parts.*)$/.test(base)) return 'cron';
  if (/^k3s(?:-server|-agent)?$/.test(base)) return 'k3s';
  if (/^rke2(?:-server|-agent)?$/.test(base)) return 'rke2';
  return null;
}
