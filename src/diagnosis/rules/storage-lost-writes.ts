import type { Rule } from '../rule.js';
import { bootWithoutShutdown, both, either, flushedDamage, journalBreaksOff, says } from '../signs/index.js';

/** The storage did not keep writes that etcd had flushed: files that are synced one after the other are damaged together. */
export const storageLostWrites: Rule = {
  id: 'storage-lost-writes',
  role: 'contributing',
  proves: [],
  likely: [both(either(bootWithoutShutdown, says('journald.unclean')), flushedDamage), both(either(journalBreaksOff, says('kernel.fs-recovery')), flushedDamage)],
  decide: ['smart', 'kernel-log'],
  source: 'formats 1.9',
};
