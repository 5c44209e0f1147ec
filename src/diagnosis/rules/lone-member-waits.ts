import type { Rule } from '../rule.js';
import { both, either, runsEtcd, saysLike, severalMembers, unit } from '../signs/index.js';

/** A member waits for the others at boot until systemd ends it (start operation timed out); its own data may be good. */
export const loneMemberWaits: Rule = {
  id: 'lone-member-waits',
  role: 'damage',
  proves: [],
  likely: [both(severalMembers, either(saysLike(/etcd/, 'systemd.start-timeout'), unit((fact) => runsEtcd(fact.unit) && (fact.result === 'timeout' || (fact.active === 'activating' && fact.sub === 'start')))))],
  possible: [saysLike(/etcd/, 'systemd.start-timeout')],
  decide: ['unit-status', 'members'],
  source: 'cause 12',
};
