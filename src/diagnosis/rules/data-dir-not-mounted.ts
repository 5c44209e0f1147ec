import type { Rule } from '../rule.js';
import { both, says, saysLike } from '../signs/index.js';

/** The file system of the data directory was not mounted, so etcd could not start or started on an empty directory. */
export const dataDirNotMounted: Rule = {
  id: 'data-dir-not-mounted',
  role: 'trigger',
  harmsFiles: true,
  proves: [both(saysLike(/etcd/, 'systemd.dependency'), saysLike(/\.mount\b|\bdevice\b|for \/\S+/, 'systemd.dependency'))],
  possible: [says('systemd.dependency')],
  decide: ['disk-space', 'kernel-log'],
  source: 'cause 22',
};
