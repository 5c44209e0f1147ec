import { noDefaults, type Installation } from './installation.js';
import { resetSteps } from './cluster-reset.js';

/** RKE2: static pods run by the unit `rke2-server`. */
export const rke2: Installation = {
  id: 'rke2',
  runsAs: 'static-pod',
  clues: [
    { in: ['host-path', 'process', 'command', 'flag', 'bundle-path', 'unit-line'], pattern: /(var\/lib\/)?rancher\/rke2\b/, strength: 'decides' },
    { in: ['unit'], pattern: /^rke2-(server|agent)(\.service)?$/, strength: 'decides' },
    { in: ['log-source'], pattern: /^rke2$/, strength: 'decides' },
    { in: ['version'], pattern: /\+rke2r?\d/, strength: 'supports' },
  ],
  defaults: { ...noDefaults, dataDir: '/var/lib/rancher/rke2/server/db/etcd', owner: 'root:root' },
  manual: resetSteps('rke2', 'rke2-server', 'rke2-agent'),
};
