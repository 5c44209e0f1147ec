import type { Rule } from '../rule.js';
import { both, either, ran, says, saysOften } from '../signs/index.js';

/** After the restore the revision went back: controllers and kubelets still wait for newer revisions ("resource version too large"). A cache that lags says it once in a while, too. */
export const staleCaches: Rule = {
  id: 'stale-caches',
  role: 'after-effect',
  proves: [both(says('apiserver.future-revision'), either(ran(/snapshot\s+restore\b|--cluster-reset/), says('tool.restored', 'k3s.reset-done')))],
  likely: [saysOften(3, 'apiserver.future-revision')],
  possible: [says('apiserver.future-revision')],
  decide: ['apiserver-log', 'history'],
  source: 'cause 30',
};
