import type { Rule } from '../rule.js';
import { alarm, both, endpoint, saysLike } from '../signs/index.js';

/** The NOSPACE alarm is still set although the database is far below its quota: writes stay refused until it is disarmed. */
export const alarmLeftBehind: Rule = {
  id: 'alarm-left-behind',
  role: 'trigger',
  proves: [both(alarm('NOSPACE'), endpoint((fact) => fact.dbSize !== null && fact.dbSize < 1.5e9)), both(saysLike(/etcdserver: no space/, 'etcd.quota', 'etcd.failed-apply'), endpoint((fact) => fact.dbSize !== null && fact.dbSize < 1.5e9))],
  possible: [saysLike(/etcdserver: no space/, 'etcd.quota', 'etcd.failed-apply')],
  excludes: [endpoint((fact) => fact.dbSize !== null && fact.dbSize >= 1.5e9)],
  decide: ['alarms', 'endpoint-status'],
  source: 'field notes 1, 4',
};
