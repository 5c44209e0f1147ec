import type { Rule } from '../rule.js';
import { candidate, says } from '../signs/index.js';

/** A backup is damaged (digest or pages wrong) and nobody had noticed: backups are not verified end to end. */
export const backupDamaged: Rule = {
  id: 'backup-damaged',
  role: 'contributing',
  proves: [candidate((c) => c.candidate.kind === 'snapshot' && ['digest-wrong', 'damaged', 'not-bbolt'].includes(c.candidate.verdict))],
  possible: [says('tool.snapshot-digest', 'tool.snapshot-check-failed')],
  decide: ['snapshots'],
  source: 'cause 29',
};
