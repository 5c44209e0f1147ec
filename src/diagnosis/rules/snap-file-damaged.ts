import type { Rule } from '../rule.js';
import { healedBy, says } from '../signs/index.js';

/** A raft snapshot file (.snap) is empty or damaged; etcd falls back to the one before, which is harmless as long as the log reaches back. */
export const snapFileDamaged: Rule = {
  id: 'snap-file-damaged',
  role: 'damage',
  proves: [],
  possible: [says('etcd.snap-broken')],
  weakens: [healedBy(says('etcd.ready'), says('etcd.snap-broken'))],
  decide: ['data-listing'],
  source: 'cause 3',
};
