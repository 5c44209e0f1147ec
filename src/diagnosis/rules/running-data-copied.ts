import type { Rule } from '../rule.js';
import { ran } from '../signs/index.js';

/** The data directory was copied as a backup; a copy of a running etcd is not atomic and has no digest. */
export const runningDataCopied: Rule = {
  id: 'running-data-copied',
  role: 'contributing',
  proves: [],
  likely: [ran(/\b(?:cp|tar|rsync|zip)\b.*(?:\/var\/lib\/etcd|member\/snap\/db)\b/, /snapshot\s+(?:save|restore)/)],
  weakens: [ran(/systemctl\s+stop\s+\S*etcd|mv\s+\S*manifests/)],
  decide: ['history'],
  source: 'field notes 5',
};
