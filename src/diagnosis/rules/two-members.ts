import type { Rule } from '../rule.js';
import { members } from '../signs/index.js';

/** The number of members is even: with two members the loss of either one stops the cluster. */
export const twoMembers: Rule = {
  id: 'two-members',
  role: 'contributing',
  proves: [members((count) => count % 2 === 0)],
  decide: ['members'],
  source: 'field notes 4',
};
