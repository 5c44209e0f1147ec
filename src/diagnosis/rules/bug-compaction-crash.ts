import type { Rule } from '../rule.js';
import { affected, bootWithoutShutdown, both, either, journalBreaksOff, ran, says, without } from '../signs/index.js';

/** etcd up to 3.4.31 and 3.5.13 that crashes during a compaction may come back with an older revision than it had. */
export const bugCompactionCrash: Rule = {
  id: 'bug-compaction-crash',
  role: 'contributing',
  proves: [],
  likely: [both(affected('compaction-crash'), says('etcd.mvcc-inconsistent'), either(bootWithoutShutdown, journalBreaksOff, says('journald.unclean', 'kernel.oom-etcd')))],
  possible: [both(affected('compaction-crash'), without(says('apiserver.future-revision'), ran(/snapshot\s+restore\b|--cluster-reset/), says('tool.restored', 'k3s.reset-done')))],
  decide: ['history', 'data-dir'],
  versions: '3.4.0–3.4.31, 3.5.0–3.5.13',
  source: 'formats 9',
};
