import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** The apiserver cannot decrypt what is stored: the encryption key or configuration is missing or another one. */
export const encryptionKeyLost: Rule = {
  id: 'encryption-key-lost',
  role: 'trigger',
  proves: [says('apiserver.cannot-decrypt')],
  decide: ['encryption-config', 'apiserver-log'],
  source: 'cause 30',
};
