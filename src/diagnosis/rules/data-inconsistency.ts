import type { Rule } from '../rule.js';
import { alarm, etcdVersion, says } from '../signs/index.js';

/** Members hold different data (CORRUPT alarm or differing hashes). */
export const dataInconsistency: Rule = {
  id: 'data-inconsistency',
  role: 'damage',
  proves: [alarm('CORRUPT'), says('etcd.corrupt-alarm')],
  supports: [etcdVersion('3.5.0', '3.5.2')],
  decide: ['alarms', 'endpoint-status', 'data-dir'],
  source: 'cause 28',
};
