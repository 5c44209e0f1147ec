import type { Rule } from '../rule.js';
import { both, either, etcdDies, ran, runsEtcd, says, unit } from '../signs/index.js';

/** etcd was stopped by somebody and not started again. */
export const etcdStopped: Rule = {
  id: 'etcd-stopped',
  role: 'trigger',
  proves: [],
  likely: [both(unit((fact) => runsEtcd(fact.unit) && fact.active === 'inactive' && (fact.result ?? 'success') === 'success' && fact.enabled !== 'disabled'), either(says('etcd.terminated', 'systemd.stopped'), ran(/systemctl\s+(?:stop|disable|mask)\s+\S*etcd/)))],
  possible: [ran(/(?:systemctl\s+(?:stop|disable|mask)|service\s+\S*etcd\S*\s+stop)\s*\S*etcd|docker\s+(?:stop|rm|kill)\s+\S*etcd|mv\s+\S*manifests\S*etcd\S*\s/)],
  weakens: [etcdDies],
  decide: ['unit-status', 'history', 'etcd-log'],
  source: 'field notes 5',
};
