import type { Rule } from '../rule.js';
import { says } from '../signs/index.js';

/** After the restore the revision went back: controllers and kubelets still wait for newer revisions ("resource version too large"). */
export const staleCaches: Rule = {
  id: 'stale-caches',
  role: 'after-effect',
  proves: [says('apiserver.future-revision')],
  decide: ['apiserver-log'],
  source: 'cause 30',
};
