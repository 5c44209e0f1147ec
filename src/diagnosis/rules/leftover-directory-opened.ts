import type { Rule } from '../rule.js';
import { both, byServer, etcdDies, ran, says, saysWith } from '../signs/index.js';

/** During the reset a damaged directory left over from before was opened: the error names the old data, not the snapshot. */
export const leftoverDirectoryOpened: Rule = {
  id: 'leftover-directory-opened',
  role: 'after-effect',
  proves: [both(ran(/--cluster-reset(?:-restore-path)?\b/), saysWith(byServer, 'etcd.wal-crc', 'etcd.wal-missing', 'etcd.wal-unreadable', 'etcd.db-freepages', 'etcd.db-open-invalid', 'etcd.snap-db-mismatch'))],
  possible: [both(says('k3s.reset-done'), etcdDies)],
  decide: ['history', 'data-listing'],
  source: 'field notes 4',
};
