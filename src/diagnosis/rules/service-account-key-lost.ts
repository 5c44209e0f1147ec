import type { Rule } from '../rule.js';
import { etcdDies, says, saysOften } from '../signs/index.js';

/** Service account tokens are refused: the signing key (sa.key) differs from the one that signed them. */
export const serviceAccountKeyLost: Rule = {
  id: 'service-account-key-lost',
  role: 'trigger',
  proves: [],
  likely: [saysOften(3, 'apiserver.bad-token')],
  possible: [says('apiserver.bad-token')],
  weakens: [etcdDies],
  decide: ['apiserver-log'],
  source: 'cause 30',
};
