import type { Rule } from '../rule.js';
import { bootSeen, both, either, runsEtcd, unit } from '../signs/index.js';

/** The etcd unit is not enabled, so it did not start after the boot. */
export const unitDisabled: Rule = {
  id: 'unit-disabled',
  role: 'trigger',
  proves: [both(unit((fact) => runsEtcd(fact.unit) && fact.enabled === 'disabled' && fact.active === 'inactive'), either(bootSeen))],
  likely: [unit((fact) => runsEtcd(fact.unit) && fact.enabled === 'disabled' && fact.active === 'inactive')],
  decide: ['unit-status'],
  source: 'cause 25',
};
