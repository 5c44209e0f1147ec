import type { Rule } from '../rule.js';
import { addressMissing, both, healedBy, says, saysLike } from '../signs/index.js';

/** The network was not up when etcd started (no default route, address not there yet, or another address family was chosen). */
export const networkNotReady: Rule = {
  id: 'network-not-ready',
  role: 'trigger',
  proves: [],
  likely: [both(says('etcd.bind-address'), says('etcd.no-default-route'))],
  possible: [saysLike(/network is unreachable/, 'etcd.no-default-route')],
  supports: [says('etcd.no-default-route')],
  weakens: [addressMissing],
  excludes: [healedBy(says('etcd.ready'), says('etcd.bind-address'))],
  decide: ['addresses', 'journal-before'],
  source: 'field notes 1, 4',
};
