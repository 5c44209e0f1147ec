import type { Rule } from '../rule.js';
import { both, clockStepped, etcdDies, says, saysWith } from '../signs/index.js';

/** The clock of a host jumped or was wrong: certificates look "not yet valid", leases and log times are off. */
export const clockJump: Rule = {
  id: 'clock-jump',
  role: 'trigger',
  proves: [both(says('kernel.clock-backward'), etcdDies), saysWith((fact) => fact.fields['side'] === 'before', 'tls.expired')],
  likely: [says('kernel.clock-backward')],
  possible: [both(clockStepped, etcdDies)],
  supports: [says('systemd.time-changed', 'etcd.clock-difference'), clockStepped],
  excludes: [],
  decide: ['clock'],
  source: 'cause 15',
};
