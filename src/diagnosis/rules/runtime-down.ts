import type { Rule } from '../rule.js';
import { printed, unit } from '../signs/index.js';

/** The container runtime does not run, so no pod and no containerised etcd starts. */
export const runtimeDown: Rule = {
  id: 'runtime-down',
  role: 'trigger',
  proves: [unit((fact) => /^(?:docker|containerd|crio|cri-docker)(?:\.service)?$/.test(fact.unit) && ['failed', 'inactive'].includes(fact.active))],
  likely: [printed(/Cannot connect to the Docker daemon|containerd\.sock: connect: (?:connection refused|no such file)|validate service connection/i)],
  decide: ['unit-status'],
  source: 'cause 24',
};
