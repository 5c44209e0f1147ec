import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Place } from '../artifacts/place.js';

const folderOf = (path: string): string => path.replace(/[^/!]*$/, '');
const nameOf = (path: string): string => path.split(/[/!]/).pop() ?? path;

/**
 * The line of a checksum file (`x.db.sha256`, `SHA256SUMS`) in the snapshot's own folder that names it with another
 * SHA-256. The file's own digest may still be right: then the checksum file was copied from another one, or
 * the snapshot was put in the place of the one that was meant. Null when all agree or none speaks.
 */
export function otherDigestStated(one: DraftCandidate, draft: Draft): Place | null {
  const { path, sha256, kind } = one.candidate;
  if (sha256 === null || kind === 'data-dir') return null;
  for (const fact of draft.facts) {
    if (fact.kind !== 'digest' || fact.algorithm !== 'sha256' || !/sha-?256|checksum/i.test(nameOf(fact.at.artifact))) continue;
    if (folderOf(fact.at.artifact) !== folderOf(path) || nameOf(fact.path) !== nameOf(path)) continue;
    if (fact.digest.toLowerCase() !== sha256) return fact.at;
  }
  return null;
}
