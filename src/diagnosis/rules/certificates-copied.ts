import type { Rule } from '../rule.js';
import { both, ran, says, followedBy } from '../signs/index.js';

/** Certificates of one node were copied to another after a renewal; the names in them do not fit there. */
export const certificatesCopied: Rule = {
  id: 'certificates-copied',
  role: 'trigger',
  proves: [both(says('tls.wrong-name'), ran(/\b(?:scp|rsync)\b.*(?:pki|ssl|\.(?:crt|pem|key))/))],
  possible: [followedBy(ran(/\b(?:kubeadm (?:alpha )?certs renew|openssl (?:req|x509))\b/), ran(/\b(?:scp|rsync)\b.*(?:pki|ssl|\.(?:crt|pem|key))/))],
  decide: ['certificates', 'history'],
  source: 'field notes 4',
};
