import type { Rule } from '../rule.js';
import { etcdDies, refusedSignature, saysOftenWith, saysWith } from '../signs/index.js';

/** Service account tokens are refused: the signing key (sa.key) differs from the one that signed them. */
export const serviceAccountKeyLost: Rule = {
  id: 'service-account-key-lost',
  role: 'trigger',
  proves: [],
  likely: [saysOftenWith(3, refusedSignature, 'apiserver.bad-token')],
  possible: [saysWith(refusedSignature, 'apiserver.bad-token')],
  weakens: [etcdDies],
  decide: ['apiserver-log'],
  source: 'cause 30',
};
