import type { Rule } from '../rule.js';
import { etcdDies, says, saysLike } from '../signs/index.js';

/** The image of etcd (or of the pause container) is gone and cannot be pulled. */
export const imageMissing: Rule = {
  id: 'image-missing',
  role: 'trigger',
  proves: [saysLike(/etcd/, 'kubelet.image')],
  possible: [says('kubelet.image')],
  weakens: [etcdDies],
  decide: ['kubelet-log'],
  source: 'cause 24',
};
