import type { Rule } from '../rule.js';
import { aboutControlPlane, both, says, saysWith } from '../signs/index.js';

/** A certificate does not fit: wrong names or addresses, another CA, or a missing file. */
export const certificateWrong: Rule = {
  id: 'certificate-wrong',
  role: 'trigger',
  proves: [saysWith(aboutControlPlane, 'tls.wrong-name')],
  likely: [saysWith(aboutControlPlane, 'tls.unknown-authority', 'tls.file-missing')],
  possible: [says('tls.wrong-name', 'tls.unknown-authority', 'tls.file-missing'), both(says('tls.bad-certificate'), says('apiserver.etcd-refused', 'apiserver.etcd-health-failed'))],
  supports: [says('tls.bad-certificate', 'etcd.rejected-connection')],
  weakens: [saysWith((fact) => fact.fields['side'] !== 'before', 'tls.expired')],
  decide: ['certificates'],
  source: 'cause 14',
};
