import type { Rule } from '../rule.js';
import { bootWithoutShutdown, says, saysLike } from '../signs/index.js';

/** The kernel crashed or reported broken hardware . */
export const kernelCrash: Rule = {
  id: 'kernel-crash',
  role: 'trigger',
  harmsFiles: true,
  proves: [saysLike(/Kernel panic - not syncing/, 'kernel.hardware')],
  possible: [says('kernel.hardware')],
  supports: [bootWithoutShutdown],
  decide: ['kernel-log', 'journal-before'],
  source: 'cause 1',
};
