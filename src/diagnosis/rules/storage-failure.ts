import type { Rule } from '../rule.js';
import { both, etcdDies, says, saysLike, smartFailing } from '../signs/index.js';

/** The storage failed: I/O errors, an aborted file system journal or a read-only file system . */
export const storageFailure: Rule = {
  id: 'storage-failure',
  role: 'trigger',
  proves: [says('kernel.io-error', 'kernel.remount-read-only', 'etcd.io-error', 'etcd.read-only-file-system'), saysLike(/corrupt|error|abort|shut ?down/i, 'kernel.fs-error')],
  likely: [says('kernel.fs-error'), both(says('kernel.hardware'), etcdDies)],
  possible: [smartFailing],
  supports: [says('kernel.fs-error', 'kernel.remount-read-only', 'kernel.hardware'), smartFailing],
  decide: ['kernel-log', 'smart'],
  source: 'cause 8',
};
