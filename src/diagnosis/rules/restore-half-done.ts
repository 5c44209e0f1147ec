import type { Rule } from '../rule.js';
import { halfDirectory, ran, says } from '../signs/index.js';

/** A restore was refused or left half done (target exists, or no log was written). */
export const restoreHalfDone: Rule = {
  id: 'restore-half-done',
  role: 'after-effect',
  proves: [says('tool.restore-target-exists', 'k3s.reset-refused'), halfDirectory],
  supports: [ran(/snapshot\s+restore\b/)],
  decide: ['history', 'data-listing'],
  source: 'cause 17',
};
