import type { Rule } from '../rule.js';
import { listed, says, saysLike } from '../signs/index.js';

/** etcd may not read or write its data directory: wrong owner, mode or SELinux label (often after a restore as root). */
export const wrongOwner: Rule = {
  id: 'wrong-owner',
  role: 'after-effect',
  proves: [saysLike(/etcd|member|data-dir|\/db\b/, 'etcd.data-dir-permission'), says('audit.denied')],
  possible: [says('etcd.data-dir-permission')],
  supports: [listed((fact) => /\/member$|\/etcd$/.test(fact.path) && fact.owner === 'root')],
  decide: ['ownership', 'settings'],
  source: 'cause 18',
};
