import type { Rule } from '../rule.js';
import { both, dataDiskIsFull, diskIsFull, either, etcdDies, inVolume, says, saysWith } from '../signs/index.js';

/** The disk was full (no space left on device): etcd could not write any more. */
export const diskFull: Rule = {
  id: 'disk-full',
  role: 'trigger',
  harmsFiles: true,
  proves: [says('etcd.disk-full'), both(diskIsFull, says('kubelet.no-space', 'runtime.no-space'))],
  likely: [both(dataDiskIsFull, either(etcdDies, says('kubelet.disk-pressure'))), says('runtime.no-space'), saysWith((fact) => !inVolume(fact), 'kubelet.no-space')],
  possible: [dataDiskIsFull, says('kubelet.disk-pressure')],
  supports: [dataDiskIsFull, says('kubelet.disk-pressure', 'kubelet.no-space', 'runtime.no-space')],
  decide: ['disk-space', 'etcd-log'],
  source: 'cause 6',
};
