import type { Cause } from '../case/model.js';

/** Causes that are repaired in place: the data is whole, and a restore would only lose writes. */
const repairable = new Set([
  'certificate-expired', 'certificate-wrong', 'certificates-copied', 'wrong-certificate-renewed', 'disk-full', 'nospace-alarm', 'nospace-half-treated', 'alarm-left-behind',
  'quota-filled-by-live-data', 'wrong-owner', 'clock-jump', 'address-changed', 'member-address-wrong', 'network-not-ready', 'second-etcd', 'lone-member-waits', 'flag-mistake',
  'kubelet-not-starting-pod', 'container-killed', 'runtime-down', 'oom-killed', 'memory-short', 'unit-disabled', 'etcd-stopped', 'image-missing', 'apiserver-misconfigured', 'peer-network', 'slow-disk', 'snap-file-damaged',
  'foreign-file-in-wal', 'encryption-key-lost', 'service-account-key-lost', 'data-dir-not-mounted', 'bug-false-crc', 'version-mismatch', 'upgrade-learner', 'stale-caches',
]);

/** Causes that hit the data itself: nothing but another copy of it helps. */
const damaging = new Set([
  'db-damaged', 'db-missing', 'snap-db-mismatch', 'wal-damaged', 'wal-missing', 'wal-removed', 'log-shorter-than-promised', 'mvcc-inconsistent', 'writes-not-stored',
  'empty-cluster-started', 'data-dir-emptied', 'data-files-deleted', 'restore-default-identity', 'restore-wrong-directory', 'restore-wrong-file', 'restore-half-done', 'snapshots-mixed',
  'acknowledged-writes-lost', 'data-inconsistency', 'storage-failure', 'storage-lost-writes', 'leftover-directory-opened', 'state-rolled-back', 'running-data-copied',
  'data-copied-between-members', 'bug-large-entry', 'bug-wal-purged', 'bug-consistent-index', 'wrong-cluster-state', 'force-new-cluster-used',
]);

const holds = (cause: Cause): boolean => cause.confidence === 'proven' || cause.confidence === 'likely';

/** Repairable causes that hold, the strongest first. */
export function repairableCauses(causes: readonly Cause[]): readonly Cause[] {
  return causes.filter((cause) => repairable.has(cause.id) && holds(cause) && cause.role !== 'detection').sort((a, b) => Number(b.confidence === 'proven') - Number(a.confidence === 'proven') || Number(b.role === 'trigger') - Number(a.role === 'trigger'));
}

/** Causes that hit the data and hold. */
export function damagingCauses(causes: readonly Cause[]): readonly Cause[] {
  return causes.filter((cause) => damaging.has(cause.id) && holds(cause));
}
