import type { Rule } from '../rule.js';
import { isInsideMember, isWalPath, removed } from '../signs/index.js';

/** Single files inside member/ (db or .snap) were deleted by hand. */
export const dataFilesDeleted: Rule = {
  id: 'data-files-deleted',
  role: 'after-effect',
  proves: [removed((path) => isInsideMember(path) && !isWalPath(path))],
  decide: ['history'],
  source: 'field notes 5',
};
