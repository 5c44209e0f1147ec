import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** Different clocks of the members as the cause: rejected. */
export const clockDifference: Rule = {
  id: 'clock-difference',
  role: 'detection',
  proves: [],
  possible: [says('etcd.clock-difference')],
  excludes: [says('etcd.clock-difference')],
  decide: ['clock'],
  source: 'field notes 4',
};
