import type { Rule } from '../rule.js';
import { bootWithoutShutdown, both, either, journalBreaksOff, noted, orderlyShutdown, powerWords, says } from '../signs/index.js';

/** The hosts stopped without a shutdown: a power cut, hard reset or crash . */
export const powerLoss: Rule = {
  id: 'power-loss',
  role: 'trigger',
  harmsFiles: true,
  proves: [bootWithoutShutdown, both(says('journald.unclean'), either(says('kernel.boot', 'journald.started', 'systemd.boot'), says('kernel.fs-recovery')))],
  likely: [journalBreaksOff, says('journald.unclean'), both(says('kernel.fs-recovery'), either(says('kernel.boot', 'systemd.boot'), noted(powerWords)))],
  possible: [says('kernel.fs-recovery'), noted(powerWords), says('runtime.unclean')],
  supports: [says('kernel.fs-recovery', 'kernel.boot', 'journald.started')],
  weakens: [orderlyShutdown, says('kernel.hardware')],
  after: ['storage-failure', 'kernel-crash'],
  decide: ['boots', 'journal-before', 'kernel-log'],
  source: 'cause 1; field-notes 6.1',
};
