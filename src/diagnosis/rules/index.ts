import type { Rule } from '../rule.js';
import { acknowledgedWritesLost } from './acknowledged-writes-lost.js';
import { addressChanged } from './address-changed.js';
import { alarmLeftBehind } from './alarm-left-behind.js';
import { apiserverMisconfigured } from './apiserver-misconfigured.js';
import { backupDamaged } from './backup-damaged.js';
import { backupJobHangs } from './backup-job-hangs.js';
import { backupScriptUnchecked } from './backup-script-unchecked.js';
import { backupUnverified } from './backup-unverified.js';
import { backupsMissed } from './backups-missed.js';
import { backupsFailingSilently } from './backups-failing-silently.js';
import { backupsSameDisk } from './backups-same-disk.js';
import { bugCompactionCrash } from './bug-compaction-crash.js';
import { bugConsistentIndex } from './bug-consistent-index.js';
import { bugCrashOrder } from './bug-crash-order.js';
import { bugDefragCrash } from './bug-defrag-crash.js';
import { bugDefragSnapshot } from './bug-defrag-snapshot.js';
import { bugFalseCrc } from './bug-false-crc.js';
import { bugLargeEntry } from './bug-large-entry.js';
import { bugWalPurged } from './bug-wal-purged.js';
import { certificateExpired } from './certificate-expired.js';
import { certificateWrong } from './certificate-wrong.js';
import { certificatesCopied } from './certificates-copied.js';
import { clockDifference } from './clock-difference.js';
import { clockJump } from './clock-jump.js';
import { containerKilled } from './container-killed.js';
import { dataCopiedBetweenMembers } from './data-copied-between-members.js';
import { dataDirEmptied } from './data-dir-emptied.js';
import { dataDirNotMounted } from './data-dir-not-mounted.js';
import { dataFilesDeleted } from './data-files-deleted.js';
import { dataInconsistency } from './data-inconsistency.js';
import { dbDamaged } from './db-damaged.js';
import { dbMissing } from './db-missing.js';
import { defragInterrupted } from './defrag-interrupted.js';
import { detectedLate } from './detected-late.js';
import { diskFull } from './disk-full.js';
import { emptyClusterStarted } from './empty-cluster-started.js';
import { encryptionKeyLost } from './encryption-key-lost.js';
import { etcdStopped } from './etcd-stopped.js';
import { flagMistake } from './flag-mistake.js';
import { forceNewClusterUsed } from './force-new-cluster-used.js';
import { foreignFileInWal } from './foreign-file-in-wal.js';
import { imageMissing } from './image-missing.js';
import { kernelCrash } from './kernel-crash.js';
import { kubeletNotStartingPod } from './kubelet-not-starting-pod.js';
import { leftoverDirectoryOpened } from './leftover-directory-opened.js';
import { logShorterThanPromised } from './log-shorter-than-promised.js';
import { loneMemberWaits } from './lone-member-waits.js';
import { memberAddressWrong } from './member-address-wrong.js';
import { memberDownUnnoticed } from './member-down-unnoticed.js';
import { memberRestoredBesideQuorum } from './member-restored-beside-quorum.js';
import { memoryShort } from './memory-short.js';
import { mvccInconsistent } from './mvcc-inconsistent.js';
import { networkNotReady } from './network-not-ready.js';
import { noBackupSchedule } from './no-backup-schedule.js';
import { nodeResetWithoutRemoval } from './node-reset-without-removal.js';
import { nospaceAlarm } from './nospace-alarm.js';
import { nospaceHalfTreated } from './nospace-half-treated.js';
import { objectsDeleted } from './objects-deleted.js';
import { oomKilled } from './oom-killed.js';
import { peerNetwork } from './peer-network.js';
import { powerLoss } from './power-loss.js';
import { quorumLost } from './quorum-lost.js';
import { quotaFilledByLiveData } from './quota-filled-by-live-data.js';
import { restoreDefaultIdentity } from './restore-default-identity.js';
import { restoreHalfDone } from './restore-half-done.js';
import { restoreWrongDirectory } from './restore-wrong-directory.js';
import { restoreWrongFile } from './restore-wrong-file.js';
import { runningDataCopied } from './running-data-copied.js';
import { runtimeDown } from './runtime-down.js';
import { secondEtcd } from './second-etcd.js';
import { serviceAccountKeyLost } from './service-account-key-lost.js';
import { singleMember } from './single-member.js';
import { slowDisk } from './slow-disk.js';
import { snapDbMismatch } from './snap-db-mismatch.js';
import { snapFileDamaged } from './snap-file-damaged.js';
import { snapshotsMixed } from './snapshots-mixed.js';
import { staleCaches } from './stale-caches.js';
import { staleMemberRejoined } from './stale-member-rejoined.js';
import { stateRolledBack } from './state-rolled-back.js';
import { storageFailure } from './storage-failure.js';
import { storageLostWrites } from './storage-lost-writes.js';
import { twoMembers } from './two-members.js';
import { unfinishedBackup } from './unfinished-backup.js';
import { unitCannotStart } from './unit-cannot-start.js';
import { unitDisabled } from './unit-disabled.js';
import { unsafeNoFsync } from './unsafe-no-fsync.js';
import { upgradeLearner } from './upgrade-learner.js';
import { v2ContentLeft } from './v2-content-left.js';
import { versionMismatch } from './version-mismatch.js';
import { walDamaged } from './wal-damaged.js';
import { walMissing } from './wal-missing.js';
import { walRemoved } from './wal-removed.js';
import { walTailCut } from './wal-tail-cut.js';
import { writesNotStored } from './writes-not-stored.js';
import { wrongCertificateRenewed } from './wrong-certificate-renewed.js';
import { wrongClusterState } from './wrong-cluster-state.js';
import { wrongOwner } from './wrong-owner.js';

/** Every cause that is known. Adding one = one file here, one line below, and its words `cause.ID.*`. */
export const rules: readonly Rule[] = [
  powerLoss,
  diskFull,
  storageFailure,
  kernelCrash,
  oomKilled,
  clockJump,
  clockDifference,
  certificateExpired,
  certificateWrong,
  certificatesCopied,
  addressChanged,
  networkNotReady,
  nospaceAlarm,
  quotaFilledByLiveData,
  alarmLeftBehind,
  secondEtcd,
  unitDisabled,
  unitCannotStart,
  etcdStopped,
  kubeletNotStartingPod,
  containerKilled,
  runtimeDown,
  imageMissing,
  apiserverMisconfigured,
  versionMismatch,
  upgradeLearner,
  v2ContentLeft,
  bugFalseCrc,
  memberAddressWrong,
  flagMistake,
  dataDirNotMounted,
  slowDisk,
  peerNetwork,
  objectsDeleted,
  stateRolledBack,
  defragInterrupted,
  encryptionKeyLost,
  serviceAccountKeyLost,
  dbDamaged,
  dbMissing,
  snapDbMismatch,
  walDamaged,
  walMissing,
  walTailCut,
  logShorterThanPromised,
  mvccInconsistent,
  snapFileDamaged,
  writesNotStored,
  acknowledgedWritesLost,
  quorumLost,
  loneMemberWaits,
  dataInconsistency,
  bugConsistentIndex,
  bugWalPurged,
  bugLargeEntry,
  bugCrashOrder,
  bugDefragCrash,
  bugCompactionCrash,
  bugDefragSnapshot,
  staleCaches,
  walRemoved,
  dataFilesDeleted,
  dataDirEmptied,
  dataCopiedBetweenMembers,
  restoreWrongDirectory,
  restoreHalfDone,
  restoreWrongFile,
  restoreDefaultIdentity,
  wrongOwner,
  snapshotsMixed,
  staleMemberRejoined,
  wrongClusterState,
  emptyClusterStarted,
  forceNewClusterUsed,
  nospaceHalfTreated,
  wrongCertificateRenewed,
  memberRestoredBesideQuorum,
  nodeResetWithoutRemoval,
  leftoverDirectoryOpened,
  foreignFileInWal,
  singleMember,
  twoMembers,
  storageLostWrites,
  memberDownUnnoticed,
  backupJobHangs,
  backupsFailingSilently,
  backupScriptUnchecked,
  backupsMissed,
  backupUnverified,
  backupDamaged,
  backupsSameDisk,
  noBackupSchedule,
  unfinishedBackup,
  runningDataCopied,
  unsafeNoFsync,
  memoryShort,
  detectedLate,
];
