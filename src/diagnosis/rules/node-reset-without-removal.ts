import type { Rule } from '../rule.js';
import { both, ran, says } from '../signs/index.js';

/** A node was reset without removing its etcd member: the dead member still counts, and with two members the quorum is gone. */
export const nodeResetWithoutRemoval: Rule = {
  id: 'node-reset-without-removal',
  role: 'trigger',
  proves: [both(ran(/kubeadm\s+reset\b|k3s-uninstall\.sh|rke2-uninstall\.sh|kk\s+delete\s+node/), says('etcd.health-false', 'etcd.election', 'etcd.peer-unhealthy'))],
  possible: [ran(/kubeadm\s+reset\b|k3s-uninstall\.sh|rke2-uninstall\.sh|kk\s+delete\s+node/)],
  weakens: [ran(/member\s+remove/)],
  decide: ['members', 'history'],
  source: 'field notes 4',
};
