import type { Rule } from '../rule.js';
import { auditFinds } from '../signs/index.js';

/** Scheduled backups were not made for a while. */
export const backupsMissed: Rule = {
  id: 'backups-missed',
  role: 'contributing',
  proves: [],
  likely: [auditFinds('audit.missed', 'audit.frozen')],
  decide: ['schedule', 'snapshots'],
  source: 'cause 29',
};
