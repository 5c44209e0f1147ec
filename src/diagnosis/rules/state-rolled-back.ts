import type { Rule } from '../rule.js';
import { both, noted, ran, rollbackCommands, says } from '../signs/index.js';

/** A file system or virtual machine was rolled back under etcd: the member promised entries that it no longer has. */
export const stateRolledBack: Rule = {
  id: 'state-rolled-back',
  role: 'trigger',
  harmsFiles: true,
  proves: [both(ran(rollbackCommands), says('etcd.wal-out-of-range', 'etcd.member-removed', 'etcd.wal-commit-out-of-range'))],
  likely: [ran(rollbackCommands)],
  possible: [noted(/snapshot.{0,20}(?:revert|rollback|roll back)|revert.{0,20}snapshot|回滚|快照恢复|恢复.{0,6}快照|还原/i)],
  supports: [says('etcd.wal-out-of-range')],
  decide: ['history', 'etcd-log'],
  source: 'field notes 4',
};
