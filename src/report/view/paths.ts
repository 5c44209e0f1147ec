import type { Candidate } from '../../case/model.js';

/** Where a candidate lies on its host; in the bundle when nothing tells. */
export const displayPath = (candidate: Pick<Candidate, 'path' | 'hostPath'>): string => candidate.hostPath ?? candidate.path;

/**
 * Short names for tables: the last folder when the file's own name says nothing (`snapshot.db`), else the
 * file's name; the whole path wherever two would be the same.
 */
export function shortNames(candidates: readonly Candidate[]): ReadonlyMap<string, string> {
  const short = (c: Candidate): string => {
    if (c.kind !== 'snapshot') return displayPath(c);
    const parts = displayPath(c).split('/').filter((p) => p !== '');
    const name = parts.at(-1) ?? c.path;
    const folder = parts.at(-2);
    return /^(snapshot|db)(\.db)?(\.part)?$/.test(name) && folder !== undefined ? folder : name;
  };
  const counts = new Map<string, number>();
  for (const c of candidates) counts.set(short(c), (counts.get(short(c)) ?? 0) + 1);
  return new Map(candidates.map((c) => [c.id, counts.get(short(c)) === 1 ? short(c) : c.host === null ? displayPath(c) : `${c.host}: ${displayPath(c)}`]));
}
