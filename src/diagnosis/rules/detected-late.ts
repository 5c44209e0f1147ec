import type { Rule } from '../rule.js';
import { noticedLate, perhapsNoticedLate } from '../signs/index.js';

/** The failure was noticed late: nobody was told. */
export const detectedLate: Rule = {
  id: 'detected-late',
  role: 'detection',
  proves: [],
  likely: [noticedLate],
  possible: [perhapsNoticedLate],
  decide: ['history'],
  source: 'installation notes 6.1',
};
