import type { Rule } from '../rule.js';
import { noSchedule } from '../signs/index.js';

/** No scheduled backup is visible: snapshots were only made by hand or by an installer run. */
export const noBackupSchedule: Rule = {
  id: 'no-backup-schedule',
  role: 'contributing',
  proves: [],
  likely: [noSchedule],
  decide: ['schedule'],
  source: 'cause 29; field notes 5',
};
