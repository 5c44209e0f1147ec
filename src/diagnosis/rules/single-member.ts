import type { Rule } from '../rule.js';
import { oneMember } from '../signs/index.js';

/** There is a single etcd member: no second copy of the data. */
export const singleMember: Rule = {
  id: 'single-member',
  role: 'contributing',
  proves: [oneMember],
  decide: ['members'],
  source: 'field notes 5',
};
