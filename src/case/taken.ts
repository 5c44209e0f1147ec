import type { FileFact, Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import { revisionOf } from '../etcd/verdict.js';
import { timeOfRevision, type RevisionClock } from '../kubernetes/index.js';
import { intersect, unknownTime, type Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';
import type { ReadDatabase } from './database-report.js';
import { timeInName } from './name-time.js';

/** One way to date a file: `content` (the revision clock), `name`, `mtime` (archive), `listing`. */
export interface TakenBasis {
  readonly what: 'content' | 'name' | 'mtime' | 'listing';
  readonly time: Interval;
  readonly places: readonly Place[];
}

/** When the newest write of a file was made. */
export interface Taken {
  readonly time: Interval;
  readonly basis: readonly TakenBasis[];
}

export type Resolve = (stamp: Stamp, host: string | null, artifact: string) => Interval;

/** A snapshot job names its file before it saves; saving lasts at most this long. */
const saveMs = 10 * 60_000;

const listingOf = (facts: readonly Fact[], read: ReadDatabase): FileFact | null => {
  const path = read.group.kind === 'file' ? read.group.hostPath : read.group.hostPath === null ? null : `${read.group.hostPath}/member/snap/db`;
  for (const fact of facts) {
    if (fact.kind === 'file' && fact.path === path && fact.mtime !== null && (fact.host === read.group.host || fact.host === null) && (fact.size === null || fact.size === read.file?.size)) return fact;
  }
  return null;
};

/**
 * Dates one file from its content beside its name and file times. Content decides where Kubernetes'
 * values date it; names and file times only fill in, with the bounds that they really give.
 */
export function takenOf(read: ReadDatabase, clock: RevisionClock, facts: readonly Fact[], resolve: Resolve): Taken {
  const basis: TakenBasis[] = [];
  const revision = revisionOf(read.boot, read.snapshot);
  const artifact = read.file?.path ?? '';
  if (revision !== null && clock.quality !== 'none') {
    const { time, basis: objects } = timeOfRevision(clock, revision);
    if (time.notBefore !== null || time.notAfter !== null) basis.push({ what: 'content', time, places: objects.map((one) => ({ artifact, text: `revision ${one.revision}: ${one.key} ${one.what} ${new Date(one.time).toISOString()}` })) });
  }
  const hostPath = read.group.kind === 'file' ? read.group.hostPath : null;
  const named = read.group.kind === 'file' ? (hostPath === null ? null : timeInName(hostPath)) ?? timeInName(read.group.file.path) : null;
  if (named !== null) basis.push({ what: 'name', time: resolve(named.stamp, read.group.host, artifact), places: [{ artifact, text: named.text }] });
  const listed = listingOf(facts, read);
  if (listed !== null && listed.mtime !== null) basis.push({ what: 'listing', time: resolve(listed.mtime, listed.host, listed.at.artifact), places: [listed.at] });
  if (read.file?.mtime != null && read.file.mtimeFromArchive) basis.push({ what: 'mtime', time: { notBefore: read.file.mtime, best: read.file.mtime, notAfter: read.file.mtime + 1999 }, places: [{ artifact, text: `file time ${new Date(read.file.mtime).toISOString()}` }] });
  return { time: decide(basis, clock.quality === 'renewals'), basis };
}

function decide(basis: readonly TakenBasis[], contentIsClose: boolean): Interval {
  const content = basis.find((one) => one.what === 'content')?.time;
  if (content !== undefined && contentIsClose && content.notAfter !== null) return content;
  const name = basis.find((one) => one.what === 'name')?.time;
  const written = basis.find((one) => one.what === 'listing')?.time ?? basis.find((one) => one.what === 'mtime')?.time;
  let outside: Interval = unknownTime;
  if (name !== undefined && name.notBefore !== null) {
    // The name is made when the job starts; the copy of the state follows within the save.
    outside = { notBefore: name.notBefore - 5_000, best: name.best, notAfter: name.notAfter === null ? null : name.notAfter + saveMs };
  }
  if (written !== undefined) {
    const until: Interval = { notBefore: null, best: written.best, notAfter: written.notAfter };
    outside = intersect(outside, until) ?? (name === undefined ? until : { notBefore: null, best: null, notAfter: written.notAfter });
  }
  if (content === undefined) return outside;
  // Contradicting clocks leave the end open: the file was there when its own time says so.
  if (contentIsClose) return intersect(content, { notBefore: null, best: null, notAfter: outside.notAfter }) ?? content;
  return intersect({ ...content, best: null }, outside) ?? { ...content, best: null };
}
