import { revisionOf } from '../etcd/verdict.js';
import { timeOfRevision, type RevisionClock } from '../kubernetes/index.js';
import { pathOf, type ReadDatabase } from './database-report.js';
import type { Draft } from './draft.js';

/** The newest state that any database of one history proves, damaged ones included. */
export function lastKnownState(reads: readonly ReadDatabase[], clock: RevisionClock): Draft['lastKnown'] {
  let newest: { revision: bigint; from: string } | null = null;
  for (const read of reads) {
    for (const revision of [revisionOf(read.boot, read.snapshot), read.snapshot?.revision, read.survey?.newestRevision == null ? undefined : BigInt(read.survey.newestRevision)]) {
      if (revision == null || (newest !== null && revision <= newest.revision)) continue;
      newest = { revision, from: read.file?.path ?? pathOf(read.group) };
    }
  }
  if (newest === null) return null;
  return { ...newest, atLeast: true, time: timeOfRevision(clock, newest.revision).time };
}
