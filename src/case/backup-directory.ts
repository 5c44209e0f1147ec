import type { Draft, DraftCandidate } from './draft.js';
import { timeInName } from './name-time.js';

const holdsKeys = (one: DraftCandidate): boolean => (one.snapshot?.liveKeys ?? 0) > 0;

/**
 * `etcdctl backup` and `etcdutl backup` give the copy a cluster id made of a clock: 48 bits of it
 * (etcd pkg/idutil), where a real one is a hash of 64.
 */
const hasClockMadeId = (one: DraftCandidate): boolean => (one.boot?.clusterId?.length ?? 16) <= 12;

/**
 * A directory that a backup job left beside its snapshots (`etcdctl backup` of API 2 does; without
 * `--with-v3` its db is empty): it holds no Kubernetes data, and its damage says nothing about the member.
 * A directory with keys is never taken for one, whatever its name: it may be the newest state that there is.
 */
export function isBackupDirectory(one: DraftCandidate, draft: Pick<Draft, 'candidates'>): boolean {
  const { path, hostPath, kind } = one.candidate;
  if (kind !== 'data-dir' || holdsKeys(one)) return false;
  if (hasClockMadeId(one)) return true;
  const inside = hostPath ?? path;
  if (timeInName(inside) === null || /(?:^|\/)[^/]*(?:old|bak|broken|orig|failed)[^/]*$/i.test(inside)) return false;
  const parent = path.replace(/[^/]*$/, '');
  return draft.candidates.some((other) => other.candidate.kind === 'snapshot' && (other.candidate.path.startsWith(`${path}/`) || (parent !== '' && other.candidate.path.startsWith(parent))));
}
