import type { Rule } from '../rule.js';
import { affected, both, says } from '../signs/index.js';

/** etcd 3.3.21 reports "walpb: crc mismatch" on undamaged logs after an upgrade: a bug, not damage. */
export const bugFalseCrc: Rule = {
  id: 'bug-false-crc',
  role: 'trigger',
  harmsFiles: true,
  proves: [both(says('etcd.wal-crc', 'etcd.wal-unreadable'), affected('false-crc'))],
  decide: ['settings'],
  versions: '3.3.21',
  source: 'field notes 4',
};
