import type { Rule } from '../rule.js';
import { alarm, candidate, endpoint, printed, says } from '../signs/index.js';

/** The database reached its quota: alarm NOSPACE, etcd refuses writes (mvcc: database space exceeded). */
export const nospaceAlarm: Rule = {
  id: 'nospace-alarm',
  role: 'trigger',
  proves: [alarm('NOSPACE'), says('etcd.quota', 'apiserver.nospace'), endpoint((fact) => /NOSPACE|space exceeded/.test(fact.error ?? '')), printed(/alarm:NOSPACE|database space exceeded/), candidate((c) => c.snapshot?.alarms.some((a) => a.alarm === 'NOSPACE') ?? false)],
  decide: ['alarms', 'endpoint-status'],
  source: 'cause 7',
};
