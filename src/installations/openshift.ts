import { noDefaults, type Installation } from './installation.js';

/** OpenShift 4: `cluster-restore.sh` on one recovery host, with the matching static_kuberesources archive. */
export const openshift: Installation = {
  id: 'openshift',
  runsAs: 'static-pod',
  clues: [
    { in: ['namespace'], pattern: /^openshift-etcd/, strength: 'decides' },
    { in: ['host-path', 'bundle-path', 'command'], pattern: /etcd-pod\.yaml|cluster-restore\.sh|cluster-backup\.sh|static_kuberesources_|(^|\/)namespaces\/openshift-etcd\//, strength: 'decides' },
    { in: ['image', 'version'], pattern: /openshift|quay\.io\/openshift-release-dev/, strength: 'supports' },
  ],
  defaults: { ...noDefaults, dataDir: '/var/lib/etcd', owner: 'root:root' },
  manual: [
    { title: 'manual.openshift.pair', on: 'first', commands: ['ls -l SNAPSHOT RESOURCES_ARCHIVE', 'sha256sum SNAPSHOT'], expect: 'manual.openshift.pair.expect' },
    {
      title: 'manual.openshift.others', on: 'others',       commands: [
        'sudo mkdir -p /root/manifests-STAMP',
        'sudo mv /etc/kubernetes/manifests/etcd-pod.yaml /root/manifests-STAMP/',
        'sudo mv /etc/kubernetes/manifests/kube-apiserver-pod.yaml /root/manifests-STAMP/',
        'sudo crictl ps --name etcd -q',
        'sudo mv /var/lib/etcd /var/lib/etcd-broken-STAMP',
      ],
      expect: 'manual.openshift.others.expect',
    },
    { title: 'manual.openshift.keep', on: 'first', commands: ['sudo cp -a /var/lib/etcd /var/lib/etcd-manual-STAMP'], expect: null },
    { title: 'manual.openshift.restore', on: 'first', commands: ['sudo -E /usr/local/bin/cluster-restore.sh BACKUP_FOLDER'], expect: 'manual.openshift.restore.expect' },
    { title: 'manual.openshift.kubelet', on: 'all', commands: ['sudo systemctl restart kubelet.service', 'oc get csr', 'oc get csr -o name | xargs oc adm certificate approve'], expect: null },
    {
      title: 'manual.openshift.redeploy', on: 'operator',       commands: ['etcd', 'kubeapiserver', 'kubecontrollermanager', 'kubescheduler'].map(
        (name) => `oc patch ${name} cluster -p='{"spec":{"forceRedeploymentReason":"recovery-STAMP"}}' --type=merge`,
      ),
      expect: 'manual.openshift.redeploy.expect',
    },
  ],
};
