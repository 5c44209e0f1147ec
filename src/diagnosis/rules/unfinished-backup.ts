import type { Rule } from '../rule.js';
import { partFiles } from '../signs/index.js';

/** Backups were never finished (.part files): the save was interrupted or hangs. */
export const unfinishedBackup: Rule = {
  id: 'unfinished-backup',
  role: 'contributing',
  proves: [],
  likely: [partFiles],
  decide: ['snapshots'],
  source: 'field notes 4',
};
