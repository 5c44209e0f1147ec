import type { Rule } from '../rule.js';
import { runsEtcd, saysLike, unit } from '../signs/index.js';

/** systemd cannot even start etcd: the program, its environment file, its user or its folder is missing. */
export const unitCannotStart: Rule = {
  id: 'unit-cannot-start',
  role: 'trigger',
  proves: [saysLike(/etcd|k3s|rke2/, 'systemd.exec-failed', 'systemd.environment-missing'), unit((fact) => runsEtcd(fact.unit) && /^(?:200|203|217|226)$/.test(String(fact.exitCode ?? '')))],
  decide: ['unit-status', 'settings'],
  source: 'installation notes 4.1',
};
