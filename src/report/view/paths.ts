import type { Candidate } from '../../case/model.js';

/** Where a candidate lies on its host; in the bundle when nothing tells. */
export const displayPath = (candidate: Pick<Candidate, 'path' | 'hostPath'>): string => candidate.hostPath ?? candidate.path;

/** Whether the file has another name in the bundle than on its host, so that one must be told both. */
export const isElsewhere = ({ path, hostPath }: Pick<Candidate, 'path' | 'hostPath'>): boolean => hostPath !== null && !path.includes('!') && !`/${hostPath}`.endsWith(`/${path}`);

/**
 * Short names: the last folder when the file's own name says nothing (`snapshot.db`), else the file's name; with the
 * host, and then the whole path, wherever two would be the same.
 */
export function shortNames(candidates: readonly Candidate[]): ReadonlyMap<string, string> {
  const short = (c: Candidate): string => {
    if (c.kind !== 'snapshot') return displayPath(c);
    const parts = displayPath(c).split('/').filter((p) => p !== '');
    const name = parts.at(-1) ?? c.path;
    const folder = parts.at(-2);
    return /^(snapshot|db)(\.db)?(\.part)?$/.test(name) && folder !== undefined ? folder : name;
  };
  const onHost = (c: Candidate, name: string): string => (c.host === null ? name : `${c.host}: ${name}`);
  const ways = [short, (c: Candidate): string => onHost(c, short(c)), (c: Candidate): string => onHost(c, displayPath(c))];
  const counted = ways.map((way) => {
    const counts = new Map<string, number>();
    for (const c of candidates) counts.set(way(c), (counts.get(way(c)) ?? 0) + 1);
    return { way, counts };
  });
  return new Map(candidates.map((c) => {
    const distinct = counted.find(({ way, counts }) => counts.get(way(c)) === 1)?.way(c);
    return [c.id, distinct ?? onHost(c, displayPath(c))];
  }));
}
