import type { Rule } from '../rule.js';
import { affected, alarm, both, either, says } from '../signs/index.js';

/** etcd up to 3.5.5 that is killed while it defragments may come back with a revision that differs from the other members. */
export const bugDefragCrash: Rule = {
  id: 'bug-defrag-crash',
  role: 'contributing',
  proves: [],
  likely: [both(affected('defrag-crash'), says('etcd.defrag-leftover', 'etcd.defrag-failed', 'tool.defrag-failed'), either(alarm('CORRUPT'), says('etcd.corrupt-alarm')))],
  possible: [both(affected('defrag-crash'), says('etcd.defrag-leftover'))],
  decide: ['endpoint-status', 'data-dir'],
  versions: '≤3.5.5',
  source: 'formats 9',
};
