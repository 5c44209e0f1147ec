import type { Rule } from '../rule.js';
import { listed, says } from '../signs/index.js';

/** etcd may not read or write its data directory: wrong owner, mode or SELinux label (often after a restore as root). */
export const wrongOwner: Rule = {
  id: 'wrong-owner',
  role: 'after-effect',
  proves: [says('etcd.data-dir-permission', 'audit.denied')],
  supports: [listed((fact) => /\/member$|\/etcd$/.test(fact.path) && fact.owner === 'root')],
  decide: ['ownership', 'settings'],
  source: 'cause 18',
};
