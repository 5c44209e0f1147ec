import { noDefaults, type Installation } from './installation.js';

/** MicroK8s keeps its objects in dqlite, not in etcd: recognised to say so. */
export const microk8s: Installation = {
  id: 'microk8s',
  runsAs: 'embedded',
  clues: [
    { in: ['unit'], pattern: /^snap\.microk8s\./, strength: 'decides' },
    { in: ['host-path', 'process', 'command', 'bundle-path'], pattern: /snap\/microk8s\b|var\/kubernetes\/backend\b/, strength: 'decides' },
  ],
  defaults: noDefaults,
  manual: [
    { title: 'manual.microk8s.keep', on: 'all', commands: ['microk8s stop', 'cp -a /var/snap/microk8s/current/var/kubernetes/backend /root/microk8s-backend-STAMP'], expect: 'manual.microk8s.keep.expect' },
  ],
};
