import type { Rule } from '../rule.js';
import { isWalPath, removed, saysLike } from '../signs/index.js';

/** The write-ahead log was deleted by hand: entries that only the log held are gone, and etcd may start with a log shorter than its database. */
export const walRemoved: Rule = {
  id: 'wal-removed',
  role: 'after-effect',
  proves: [removed(isWalPath)],
  supports: [saysLike(/starting (?:local )?member/, 'etcd.starting-member')],
  decide: ['history'],
  source: 'field notes 5',
};
