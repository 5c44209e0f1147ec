import { noDefaults, type Installation } from './installation.js';
import { resetSteps } from './cluster-reset.js';

/** k3s: etcd inside the process `k3s server`. */
export const k3s: Installation = {
  id: 'k3s',
  runsAs: 'embedded',
  clues: [
    { in: ['host-path', 'process', 'command', 'flag', 'bundle-path', 'unit-line'], pattern: /(var\/lib\/)?rancher\/k3s\b/, strength: 'decides' },
    { in: ['unit'], pattern: /^k3s(-agent)?(\.service)?$/, strength: 'decides' },
    { in: ['process'], pattern: /(^|\/)k3s server\b/, strength: 'decides' },
    { in: ['log-source'], pattern: /^k3s$/, strength: 'decides' },
    { in: ['version'], pattern: /\+k3s\d/, strength: 'supports' },
  ],
  defaults: { ...noDefaults, dataDir: '/var/lib/rancher/k3s/server/db/etcd', owner: 'root:root' },
  manual: resetSteps('k3s', 'k3s', 'k3s-agent'),
};
