import type { Draft, DraftCandidate } from '../case/draft.js';

/** Where a data directory of the bundle lies, seen from the etcd of its host. */
export type DirectoryPlace =
  /** Where etcd looks for it. */
  | 'configured'
  /** On the host under another path: a copy, or what somebody put aside. */
  | 'elsewhere'
  /** Several directories of one host, and nothing says which of them is which. */
  | 'unknown';

const plain = (path: string): string => path.replace(/\/+$/, '');

/** The path where the etcd of the candidate's host keeps its data; null when nothing says it. */
export function configuredDirectory(one: DraftCandidate, draft: Draft): string | null {
  const { host } = one.candidate;
  const member = draft.members.find((other) => other.host !== null && other.host === host) ?? (draft.members.length === 1 ? draft.members[0] : undefined);
  const path = member?.settings.dataDir?.value ?? null;
  return path === null ? null : plain(path);
}

/** Compares the path of a directory with the setting of its member; a lone directory without a path is taken for the member's. */
export function placeOfDirectory(one: DraftCandidate, draft: Draft): DirectoryPlace {
  const { host, hostPath, kind } = one.candidate;
  if (kind !== 'data-dir') return 'configured';
  const configured = configuredDirectory(one, draft);
  if (hostPath !== null && configured !== null) return plain(hostPath) === configured ? 'configured' : 'elsewhere';
  const others = draft.candidates.filter((other) => other !== one && other.candidate.kind === 'data-dir' && other.candidate.host === host);
  return others.length === 0 ? 'configured' : 'unknown';
}

/** The directory that was put aside beside the configured one: another one took its place since. */
export function isLeftover(one: DraftCandidate, draft: Draft): boolean {
  const configured = configuredDirectory(one, draft);
  const path = one.candidate.hostPath === null ? null : plain(one.candidate.hostPath);
  return configured !== null && path !== null && path !== configured && path.startsWith(configured) && !path.startsWith(`${configured}/`);
}
