import { noDefaults, type Installation } from './installation.js';

/** etcd as a plain systemd unit: distribution packages, etcdadm, "binary" guides, etcd outside Kubernetes. */
export const systemd: Installation = {
  id: 'systemd',
  runsAs: 'systemd',
  clues: [
    { in: ['host-path', 'bundle-path', 'unit-line'], pattern: /etc\/default\/etcd\b|etc\/etcd\/etcd\.(conf|env)|opt\/etcd\/(cfg|bin|ssl)|etc\/etcd\/pki|etc\/etcd\.env\b/, strength: 'decides' },
    { in: ['unit'], pattern: /^etcd\d*(\.service)?$/, strength: 'decides' },
    { in: ['env'], pattern: /^ETCD_(NAME|DATA_DIR|INITIAL_CLUSTER)=/, strength: 'decides' },
    { in: ['process'], pattern: /^(\S*\/)?etcd(\s|$)/, strength: 'supports' },
  ],
  defaults: { ...noDefaults, toolFolder: null },
  manual: null,
};
