import type { Rule } from '../rule.js';
import { scriptUnchecked } from '../signs/index.js';

/** The backup script does not notice failures (no set -e, nothing checks the copy). */
export const backupScriptUnchecked: Rule = {
  id: 'backup-script-unchecked',
  role: 'contributing',
  proves: [scriptUnchecked],
  decide: ['backup-script'],
  source: 'cause 29',
};
