import type { Place } from '../artifacts/place.js';
import type { Draft, DraftCandidate } from '../case/draft.js';
import type { ClusterHealth } from './health.js';

/** Whether a copied db file shows one state of etcd, or pages of several moments. */
export interface CopyProof {
  readonly quiet: boolean;
  /** `stopped`: no etcd wrote at that time; `untouched`: it was last written well before it was copied; `fuzzy`: nothing proves it. */
  readonly because: 'stopped' | 'untouched' | 'fuzzy';
  readonly places: readonly Place[];
}

/** A running etcd commits at least every 100 ms while it takes writes; a file untouched this long was quiet. */
const quietMs = 60_000;

/**
 * Proves that no etcd wrote to a db file while it was copied: its member was down at collection, or its
 * own file time, in a listing or an archive, lies well before the collection of that host.
 */
export function copyProof(candidate: DraftCandidate, draft: Draft, health: ClusterHealth): CopyProof {
  const { host, hostPath, path } = candidate.candidate;
  const member = health.members.find((one) => one.member.host === host) ?? (health.members.length === 1 ? health.members[0] : undefined);
  const collected = draft.hosts.find((one) => one.name === host)?.collectedAt ?? null;
  const end = collected === null ? draft.collected.best : collected.best === null ? null : Date.parse(collected.best);
  const file = draft.files.find((one) => one.path === path || one.path === `${path}/member/snap/db`);
  for (const fact of draft.facts) {
    if (fact.kind !== 'file' || fact.mtime === null || fact.host !== host) continue;
    if (fact.path !== hostPath && fact.path !== `${hostPath ?? ''}/member/snap/db`) continue;
    const size = candidate.snapshot?.size ?? candidate.candidate.size;
    if (fact.size !== null && fact.size !== size) return { quiet: false, because: 'fuzzy', places: [fact.at] };
    const written = draft.when(fact.mtime, fact.host, fact.at.artifact).notAfter;
    if (written !== null && end !== null && end - written > quietMs) return { quiet: true, because: 'untouched', places: [fact.at] };
  }
  if (file !== undefined && file.mtime !== null && file.mtimeFromArchive && end !== null && end - file.mtime > quietMs) return { quiet: true, because: 'untouched', places: [{ artifact: file.path, text: `file time ${new Date(file.mtime).toISOString()}` }] };
  if (member !== undefined && member.health === 'failing') return { quiet: true, because: 'stopped', places: member.places };
  return { quiet: false, because: 'fuzzy', places: [] };
}
