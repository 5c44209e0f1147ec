import type { Rule } from '../rule.js';
import { both, memberStoppedBefore, saysOften, severalMembers } from '../signs/index.js';

/** One member had been down before and nobody noticed: the cluster ran without reserve. */
export const memberDownUnnoticed: Rule = {
  id: 'member-down-unnoticed',
  role: 'contributing',
  proves: [memberStoppedBefore],
  possible: [both(severalMembers, saysOften(10, 'etcd.peer-unhealthy'))],
  decide: ['etcd-log', 'endpoint-status'],
  source: 'installation notes 6, 11',
};
