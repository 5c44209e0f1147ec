import type { Rule } from '../rule.js';
import { onDisk, says, saysLike, saysWith, smartFailing } from '../signs/index.js';

/** The storage failed: I/O errors, an aborted file system journal or a read-only file system . */
export const storageFailure: Rule = {
  id: 'storage-failure',
  role: 'trigger',
  harmsFiles: true,
  proves: [saysWith(onDisk, 'kernel.io-error'), says('kernel.remount-read-only', 'etcd.io-error', 'etcd.read-only-file-system'), saysLike(/corrupt|error|abort|shut ?down/i, 'kernel.fs-error')],
  likely: [says('kernel.fs-error')],
  possible: [smartFailing],
  supports: [says('kernel.fs-error', 'kernel.remount-read-only'), smartFailing],
  decide: ['kernel-log', 'smart'],
  source: 'cause 8',
};
