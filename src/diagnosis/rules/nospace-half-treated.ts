import type { Rule } from '../rule.js';
import { nospace, ran, followedBy, without } from '../signs/index.js';

/** The NOSPACE alarm was answered by defragmentation or a restart alone; without compaction and disarm it stays. */
export const nospaceHalfTreated: Rule = {
  id: 'nospace-half-treated',
  role: 'after-effect',
  proves: [],
  likely: [followedBy(nospace, without(ran(/\bdefrag\b|systemctl\s+restart\s+\S*etcd/), ran(/alarm\s+disarm/)))],
  decide: ['history', 'alarms'],
  source: 'field notes 5',
};
