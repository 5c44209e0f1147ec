import type { Rule } from '../rule.js';
import { sameDisk } from '../signs/index.js';

/** The backups lie on the same file system as etcd: what fills or breaks it takes both. */
export const backupsSameDisk: Rule = {
  id: 'backups-same-disk',
  role: 'contributing',
  proves: [sameDisk],
  decide: ['disk-space', 'backup-script'],
  source: 'installation notes 1.2',
};
