import type { Rule } from '../rule.js';
import { candidate } from '../signs/index.js';

/** A start from this data directory would look healthy but serve other data than was acknowledged. */
export const acknowledgedWritesLost: Rule = {
  id: 'acknowledged-writes-lost',
  role: 'damage',
  proves: [candidate((c) => ['acknowledged-writes-lost', 'applied-twice', 'keys-damaged', 'revision-jump'].includes(c.boot?.hazard ?? ''))],
  decide: ['data-dir'],
  source: 'observed 2',
};
