import type { Rule } from '../rule.js';
import { listed, ran, saysLike } from '../signs/index.js';

/** A snapshot was restored without --data-dir (into NAME.etcd of the current folder): etcd still runs on the old or an empty directory. */
export const restoreWrongDirectory: Rule = {
  id: 'restore-wrong-directory',
  role: 'after-effect',
  proves: [listed((fact) => /(?:^|\/)[\w.-]+\.etcd$/.test(fact.path) && fact.type === 'directory'), saysLike(/"?data-dir"?[=: ]+"?[\w.-]+\.etcd\b/, 'tool.restored'), ran(/(?:etcdctl|etcdutl)\b.*snapshot\s+restore\b/, /--data-dir/)],
  decide: ['history', 'data-listing'],
  source: 'cause 16',
};
