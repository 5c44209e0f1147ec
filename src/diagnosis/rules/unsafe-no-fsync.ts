import type { Rule } from '../rule.js';
import { says, unsafeSetting } from '../signs/index.js';

/** etcd ran with --unsafe-no-fsync: a power cut may lose or tear anything. */
export const unsafeNoFsync: Rule = {
  id: 'unsafe-no-fsync',
  role: 'contributing',
  proves: [says('etcd.unsafe-no-fsync'), unsafeSetting],
  decide: ['settings'],
  source: 'formats 9',
};
