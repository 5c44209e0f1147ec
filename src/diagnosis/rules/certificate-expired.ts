import type { Rule } from '../rule.js';
import { aboutControlPlane, both, either, expiredCertificate, printed, says, saysWith } from '../signs/index.js';

/** Certificates have expired: etcd, the apiserver or the kubelet refuse each other. */
export const certificateExpired: Rule = {
  id: 'certificate-expired',
  role: 'trigger',
  proves: [saysWith((fact) => fact.fields['side'] !== 'before' && aboutControlPlane(fact), 'tls.expired'), printed(/certificate has expired(?! or is not yet valid: current time \S+ is before)/)],
  likely: [both(expiredCertificate, either(says('tls.bad-certificate', 'etcd.rejected-connection'), says('apiserver.etcd-refused', 'client.apiserver-refused')))],
  possible: [expiredCertificate, saysWith((fact) => fact.fields['side'] !== 'before', 'tls.expired')],
  supports: [expiredCertificate],
  decide: ['certificates', 'apiserver-log'],
  source: 'cause 13',
};
