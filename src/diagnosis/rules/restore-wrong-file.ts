import type { Rule } from '../rule.js';
import { ran, says } from '../signs/index.js';

/** The file given to the restore is not a whole snapshot (unfinished, packed, cut, damaged, or a raw copy of the database). */
export const restoreWrongFile: Rule = {
  id: 'restore-wrong-file',
  role: 'after-effect',
  proves: [ran(/snapshot\s+restore\s+(?:-\S+\s+)*\S+\.(?:part|gz|zip|tgz|tar|xz|zst)\b/), says('tool.snapshot-digest', 'tool.snapshot-check-failed', 'tool.empty-file')],
  likely: [ran(/snapshot\s+restore\s+(?:-\S+\s+)*\S*member\/snap\/db\b/, /--skip-hash-check/)],
  decide: ['snapshots', 'history'],
  source: 'field notes 5',
};
