import type { Rule } from '../rule.js';
import { auditFinds, candidate, says, scriptUnchecked, shrunkenBackups } from '../signs/index.js';

/** Backups fail in silence: the newest files are missing, empty or cut short. */
export const backupsFailingSilently: Rule = {
  id: 'backups-failing-silently',
  role: 'contributing',
  proves: [says('backup.no-space', 'backup.shell-error', 'backup.unit-failed', 'tool.many-endpoints', 'tool.unknown-command', 'k3s.snapshot-failed'), shrunkenBackups],
  likely: [auditFinds('audit.cut', 'audit.empty'), candidate((c) => c.candidate.kind === 'snapshot' && ['truncated', 'empty'].includes(c.candidate.verdict))],
  supports: [scriptUnchecked],
  decide: ['snapshots', 'backup-script', 'schedule'],
  source: 'cause 29',
};
