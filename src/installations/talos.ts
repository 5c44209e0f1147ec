import { noDefaults, type Installation } from './installation.js';

/** Talos: no shell on the hosts; `talosctl` from the operator's machine. */
export const talos: Installation = {
  id: 'talos',
  runsAs: 'container',
  clues: [
    { in: ['host-path', 'bundle-path', 'log-source', 'process'], pattern: /machined\b|\/system\/secrets\/etcd|talosResources\//, strength: 'decides' },
    { in: ['image', 'version'], pattern: /siderolabs|\btalos\b/i, strength: 'decides' },
    { in: ['command'], pattern: /(^|\s)talosctl\s/, strength: 'decides' },
  ],
  defaults: { ...noDefaults, dataDir: '/var/lib/etcd' },
  manual: [
    { title: 'manual.talos.copy', on: 'each', commands: ['mkdir etcd-PEER_IP-STAMP', 'talosctl -n PEER_IP cp /var/lib/etcd ./etcd-PEER_IP-STAMP'], expect: 'manual.talos.copy.expect' },
    { title: 'manual.check', on: 'operator', commands: ['sha256sum snapshot.db'], expect: 'manual.check.expect' },
    { title: 'manual.talos.reset', on: 'each', commands: ['talosctl -n PEER_IP reset --graceful=false --reboot --system-labels-to-wipe=EPHEMERAL'], expect: 'manual.talos.reset.expect' },
    { title: 'manual.talos.wait', on: 'each', commands: ['talosctl -n PEER_IP service etcd'], expect: 'manual.talos.wait.expect' },
    { title: 'manual.talos.bootstrap', on: 'operator', commands: ['talosctl -n FIRST_IP bootstrap --recover-from=snapshot.dbSKIP_HASH'], expect: 'manual.talos.bootstrap.expect' },
    { title: 'manual.talos.verify', on: 'operator', commands: ['talosctl -n FIRST_IP etcd members', 'kubectl get nodes'], expect: 'manual.verify.expect' },
  ],
};
