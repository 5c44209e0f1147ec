/** What the values that Kubernetes keeps in etcd say: objects, times, loss, and suspicious changes. */
export { surveySound, surveyWrites, type Deletion, type KubeSurvey, type LiveKey, type Storage, type StoredWrite } from './survey.js';
export { changesBetween, lossBetween, type KeyChange, type LossAttention, type NamedChange, type ObjectChange, type ObjectLoss } from './loss.js';
export { deletionBursts, revisionJump, suspiciousChanges, type DeletionBurst, type Suspicion } from './suspicious.js';
export { isNoise, isSecret, storageIdentity, type StorageIdentity } from './storage-key.js';
export { storedValue, type StoredValue } from './stored-value.js';
export { clockOf, mergeClocks, timeOfRevision, type ClockEvidence, type RevisionClock } from '../time/revision-clock.js';
export type { ClockPoint, ClockPointKind } from '../time/clock-point.js';
export type { MachineClock } from '../time/clock-machines.js';
