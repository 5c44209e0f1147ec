import type { Rule } from '../rule.js';
import { auditFinds, backupJob, both } from '../signs/index.js';

/** Nothing shows that a backup was ever checked. */
export const backupUnverified: Rule = {
  id: 'backup-unverified',
  role: 'contributing',
  proves: [],
  likely: [both(auditFinds('audit.never-verified'), backupJob)],
  possible: [auditFinds('audit.never-verified')],
  decide: ['backup-script', 'history'],
  source: 'field notes 5',
};
