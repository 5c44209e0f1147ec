import type { Rule } from '../rule.js';
import { apiserverPrints, etcdDies, healedBy, says, saysLike, saysWith, wordsOf } from '../signs/index.js';

/** The apiserver refuses its own flags or files, its port is taken, or its image or manifest is wrong; etcd is not concerned. */
export const apiserverMisconfigured: Rule = {
  id: 'apiserver-misconfigured',
  role: 'trigger',
  proves: [
    says('apiserver.misconfigured', 'apiserver.port-in-use'),
    saysWith((fact) => fact.source === 'kube-apiserver' && /no such file/.test(wordsOf(fact)), 'tls.file-missing'),
    apiserverPrints('apiserver.misconfigured', 'apiserver.port-in-use'),
    saysLike(/kube-apiserver/, 'kubelet.image'),
    saysLike(/kube-apiserver[\w.-]*\.(?:ya?ml|json|manifest)/, 'kubelet.bad-manifest'),
  ],
  weakens: [etcdDies],
  excludes: [healedBy(says('apiserver.serving'), says('apiserver.misconfigured', 'apiserver.port-in-use'))],
  decide: ['apiserver-log', 'kubelet-log'],
  source: 'kube-apiserver cmd/kube-apiserver/app/options',
};
