import type { Rule } from '../rule.js';
import { ran, saysWith, followedBy } from '../signs/index.js';

/** A certificate was renewed, but not the one that had expired (or it was never loaded). */
export const wrongCertificateRenewed: Rule = {
  id: 'wrong-certificate-renewed',
  role: 'after-effect',
  proves: [],
  likely: [followedBy(ran(/kubeadm\s+(?:alpha\s+)?certs\s+renew\s+(?!all)\S+|openssl\s+x509\s+-req/), saysWith((fact) => fact.fields['side'] !== 'before', 'tls.expired'))],
  decide: ['certificates', 'history'],
  source: 'field notes 5',
};
