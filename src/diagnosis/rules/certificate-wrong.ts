import type { Rule } from '../rule.js';
import { both, says, saysWith } from '../signs/index.js';

/** A certificate does not fit: wrong names or addresses, another CA, or a missing file. */
export const certificateWrong: Rule = {
  id: 'certificate-wrong',
  role: 'trigger',
  proves: [says('tls.wrong-name', 'tls.file-missing')],
  likely: [says('tls.unknown-authority')],
  possible: [both(says('tls.bad-certificate'), says('apiserver.etcd-refused', 'apiserver.etcd-health-failed'))],
  supports: [says('tls.bad-certificate', 'etcd.rejected-connection')],
  weakens: [saysWith((fact) => fact.fields['side'] !== 'before', 'tls.expired')],
  decide: ['certificates'],
  source: 'cause 14',
};
