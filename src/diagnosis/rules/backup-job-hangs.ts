import type { Rule } from '../rule.js';
import { auditFinds, both, memberStoppedBefore, partFiles, partOnlyFiles, process, scriptWithoutTimeout } from '../signs/index.js';

/** The backup job hangs: "snapshot save" without --command-timeout waits for ever for a dead etcd, and nobody notices. */
export const backupJobHangs: Rule = {
  id: 'backup-job-hangs',
  role: 'contributing',
  proves: [process((fact) => /\betcdctl\b.*\bsnapshot\s+save\b/.test(fact.command) && !/--command-timeout/.test(fact.command))],
  likely: [both(partFiles, scriptWithoutTimeout), partOnlyFiles, auditFinds('audit.hung'), both(auditFinds('audit.missed'), scriptWithoutTimeout, memberStoppedBefore)],
  possible: [partFiles],
  supports: [scriptWithoutTimeout, partFiles],
  decide: ['processes', 'backup-script', 'snapshots'],
  source: 'cause 29; observed 4',
};
