import type { Draft, DraftCandidate } from './draft.js';
import { timeInName } from './name-time.js';

/**
 * A directory that a backup job left beside its snapshots (`etcdctl backup` of API 2 does): it holds no
 * Kubernetes data, and its damage says nothing about the member.
 */
export function isBackupDirectory(one: DraftCandidate, draft: Draft): boolean {
  const { path, hostPath, kind } = one.candidate;
  if (kind !== 'data-dir') return false;
  const inside = hostPath ?? path;
  if (timeInName(inside) === null || /(?:^|\/)[^/]*(?:old|bak|broken|orig|failed)[^/]*$/i.test(inside)) return false;
  const parent = path.replace(/[^/]*$/, '');
  return draft.candidates.some((other) => other.candidate.kind === 'snapshot' && (other.candidate.path.startsWith(`${path}/`) || (parent !== '' && other.candidate.path.startsWith(parent))));
}
