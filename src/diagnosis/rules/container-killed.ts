import type { Rule } from '../rule.js';
import { both, either, etcdDies, orderlyShutdown, printed, says, saysLike, saysOften } from '../signs/index.js';

/** The container of etcd is stopped from outside again and again: the kubelet or the runtime does not leave it alone. */
export const containerKilled: Rule = {
  id: 'container-killed',
  role: 'trigger',
  proves: [],
  likely: [both(saysOften(3, 'etcd.terminated'), either(saysLike(/\betcd\b/, 'kubelet.sandbox-changed'), saysLike(/\betcd\b.*failed (?:liveness|startup) probe|failed (?:liveness|startup) probe.*\betcd\b/, 'kubelet.probe-failed'), printed(/sandbox changed, it will be killed and re-created|Container etcd failed (?:liveness|startup) probe/, /\betcd\b/)))],
  possible: [both(saysOften(3, 'etcd.terminated'), says('kubelet.crash-loop', 'kubelet.sandbox-changed'))],
  weakens: [etcdDies, orderlyShutdown],
  decide: ['kubelet-log', 'etcd-log'],
  source: 'public threads: cgroup driver of containerd and kubelet',
};
