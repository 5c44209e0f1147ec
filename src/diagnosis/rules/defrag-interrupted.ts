import type { Rule } from '../rule.js';
import { both, ran, says } from '../signs/index.js';

/** A defragmentation was interrupted; the database may be older than the log expects. */
export const defragInterrupted: Rule = {
  id: 'defrag-interrupted',
  role: 'trigger',
  harmsFiles: true,
  proves: [says('etcd.defrag-failed', 'tool.defrag-failed')],
  likely: [both(ran(/\bdefrag\b/), says('etcd.snap-db-mismatch', 'etcd.defrag-leftover'))],
  possible: [says('etcd.defrag-leftover')],
  decide: ['etcd-log', 'history', 'data-dir'],
  source: 'field notes 1, 4',
};
