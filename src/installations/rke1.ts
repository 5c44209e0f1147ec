import { noDefaults, type Installation } from './installation.js';

/** RKE1: everything in plain docker containers; `rke` does the restore from the machine with cluster.yml. */
export const rke1: Installation = {
  id: 'rke1',
  runsAs: 'container',
  clues: [
    { in: ['image'], pattern: /rke-tools|hyperkube:.*-rancher/, strength: 'decides' },
    { in: ['host-path', 'process', 'command', 'bundle-path'], pattern: /(^|\/)opt\/rke\//, strength: 'decides' },
    { in: ['container'], pattern: /^\/?(etcd-rolling-snapshots|service-sidekick)$/, strength: 'decides' },
    { in: ['process', 'flag'], pattern: /etcd-cluster-1\b/, strength: 'supports' },
  ],
  together: [/^docker etcd$/, /^docker kubelet$/, /^docker kube-apiserver$/],
  defaults: { ...noDefaults, dataDir: '/var/lib/etcd', token: 'etcd-cluster-1' },
  containerPaths: [{ inside: '/var/lib/rancher/etcd', onHost: '/var/lib/etcd' }],
  manual: [
    { title: 'manual.rke1.keep', on: 'all', commands: ['cp -a /var/lib/etcd /var/lib/etcd.broken-STAMP', 'cp -a /opt/rke/etcd-snapshots /root/etcd-snapshots-STAMP'], expect: null },
    { title: 'manual.rke1.state', on: 'operator', commands: ['cp -a cluster.rkestate cluster.rkestate.before-STAMP', 'cp -a cluster.yml cluster.yml.before-STAMP'], expect: null },
    { title: 'manual.check', on: 'first', commands: ['sha256sum SNAPSHOT'], expect: 'manual.check.expect' },
    { title: 'manual.rke1.restore', on: 'operator', commands: ['rke etcd snapshot-restore --config cluster.yml --name SNAPSHOT_NAME'], expect: 'manual.rke1.restore.expect' },
    { title: 'manual.rke1.verify', on: 'all', commands: ['docker exec etcd etcdctl endpoint health', 'docker exec etcd etcdctl member list', 'kubectl get nodes'], expect: 'manual.verify.expect' },
    { title: 'manual.rke1.rollback', on: 'all', commands: ['docker stop etcd', 'mv /var/lib/etcd /var/lib/etcd.restored-STAMP', 'mv /var/lib/etcd.broken-STAMP /var/lib/etcd', 'docker start etcd'], expect: null },
  ],
};
