import type { Rule } from '../rule.js';
import { etcdDies, ran } from '../signs/index.js';

/** Objects were deleted by command; etcd itself is not damaged. */
export const objectsDeleted: Rule = {
  id: 'objects-deleted',
  role: 'trigger',
  proves: [ran(/\betcdctl\b.*\bdel\b.*(?:--prefix|--from-key)/), ran(/\bkubectl\s+delete\s+(?:ns|namespaces?|crds?|customresourcedefinitions?|nodes?|pvc?|persistentvolume\w*)\b|\bkubectl\s+delete\b.*--all\b/)],
  weakens: [etcdDies],
  decide: ['history', 'apiserver-log'],
  source: 'field notes 5',
};
