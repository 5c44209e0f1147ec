import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** The host ran out of memory (the OOM killer was active). */
export const memoryShort: Rule = {
  id: 'memory-short',
  role: 'contributing',
  proves: [says('kernel.oom')],
  decide: ['memory', 'kernel-log'],
  source: 'cause 25',
};
