import type { Rule } from '../rule.js';
import { healedBy, says } from '../signs/index.js';

/** A flag or environment variable of etcd is wrong (unknown, or given twice). */
export const flagMistake: Rule = {
  id: 'flag-mistake',
  role: 'trigger',
  proves: [says('etcd.conflicting-env')],
  weakens: [healedBy(says('etcd.ready'), says('etcd.conflicting-env'))],
  decide: ['settings'],
  source: 'cause 19',
};
