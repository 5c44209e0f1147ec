import type { Rule } from '../rule.js';
import { isDataPath, isInsideMember, removed } from '../signs/index.js';

/** The data directory of etcd was emptied or deleted by hand. */
export const dataDirEmptied: Rule = {
  id: 'data-dir-emptied',
  role: 'after-effect',
  proves: [removed((path) => isDataPath(path) && !isInsideMember(path))],
  decide: ['history', 'members'],
  source: 'field notes 5',
};
