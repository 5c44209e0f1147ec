import type { Rule } from '../rule.js';
import { both, container, isEtcdContainer, killedForMemory, runsEtcd, says, unit } from '../signs/index.js';

/** etcd was killed for lack of memory (OOM killer). */
export const oomKilled: Rule = {
  id: 'oom-killed',
  role: 'trigger',
  harmsFiles: true,
  proves: [says('kernel.oom-etcd', 'systemd.oom'), killedForMemory],
  likely: [both(says('runtime.oom'), container((fact) => isEtcdContainer(fact) && fact.exitCode === 137)), unit((fact) => runsEtcd(fact.unit) && fact.result === 'oom-kill')],
  possible: [container((fact) => isEtcdContainer(fact) && fact.exitCode === 137), unit((fact) => runsEtcd(fact.unit) && fact.signal === 'KILL')],
  supports: [says('kernel.oom')],
  decide: ['kernel-log', 'memory'],
  source: 'cause 25',
};
