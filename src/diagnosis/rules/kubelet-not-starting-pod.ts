import type { Rule } from '../rule.js';
import { etcdDies, healedBy, says, saysLike, unit } from '../signs/index.js';

/** The kubelet does not run or does not start the static pods (swap, cgroup driver, broken manifest, name conflict). */
export const kubeletNotStartingPod: Rule = {
  id: 'kubelet-not-starting-pod',
  role: 'trigger',
  proves: [says('kubelet.swap', 'kubelet.start-failed')],
  likely: [says('kubelet.container-conflict'), saysLike(/etcd[\w.-]*\.(?:ya?ml|json|manifest)/, 'kubelet.bad-manifest'), unit((fact) => fact.unit.startsWith('kubelet') && ['failed', 'inactive'].includes(fact.active))],
  possible: [says('kubelet.bad-manifest'), unit((fact) => fact.unit.startsWith('kubelet') && fact.sub === 'auto-restart')],
  weakens: [etcdDies],
  excludes: [healedBy(says('kubelet.started'), says('kubelet.swap', 'kubelet.start-failed'))],
  // A kubelet whose own client certificate ran out looks for a bootstrap configuration that is long gone.
  after: ['certificate-expired'],
  decide: ['kubelet-log', 'unit-status'],
  source: 'cause 24',
};
