import { clockOf, timeOfRevision, type RevisionClock } from '../kubernetes/index.js';
import { mergeClocks } from '../time/revision-clock.js';
import type { Interval } from '../time/interval.js';
import type { ReadDatabase } from './database-report.js';

/** Two clocks that date one revision this far apart date two histories: a restore made it the second time. */
const apartMs = 120_000;

/** Files that share one sequence of revisions, and the clock that dates it. */
export interface History {
  readonly reads: readonly ReadDatabase[];
  readonly clock: RevisionClock;
}

interface Dated {
  readonly read: ReadDatabase;
  readonly clock: RevisionClock;
  readonly newest: number;
  readonly time: Interval;
}

function apart(a: Interval, b: Interval): boolean {
  return (a.notAfter !== null && b.notBefore !== null && b.notBefore - a.notAfter > apartMs) || (b.notAfter !== null && a.notBefore !== null && a.notBefore - b.notAfter > apartMs);
}

/** Whether both files can belong to one sequence: the newest revision that both know was written at one time. */
function oneSequence(a: Dated, b: Dated): boolean {
  const shared = BigInt(Math.min(a.newest, b.newest));
  return !apart(timeOfRevision(a.clock, shared).time, timeOfRevision(b.clock, shared).time);
}

/**
 * The histories of one cluster, the one that went on longest first. A restore goes back in revisions and counts on
 * from there, so the same number can have been written twice; one clock for both would date neither. Files that nothing
 * dates are taken for the first history.
 */
export function historiesOf(reads: readonly ReadDatabase[]): readonly [History, ...History[]] {
  const dated: Dated[] = [];
  const undated: ReadDatabase[] = [];
  for (const read of reads) {
    const { survey } = read;
    const clock = survey === null ? null : clockOf(survey);
    if (survey?.newestRevision == null || clock === null || clock.quality !== 'renewals') undated.push(read);
    else dated.push({ read, clock, newest: survey.newestRevision, time: timeOfRevision(clock, BigInt(survey.newestRevision)).time });
  }
  const latest = (one: Dated): number => one.time.best ?? one.time.notBefore ?? 0;
  const groups: Dated[][] = [];
  for (const one of dated.sort((a, b) => latest(b) - latest(a))) {
    const home = groups.find((group) => group.every((other) => oneSequence(one, other)));
    if (home === undefined) groups.push([one]);
    else home.push(one);
  }
  const [first = [], ...others] = groups;
  const history = (group: readonly Dated[], more: readonly ReadDatabase[]): History => ({
    reads: [...group.map((one) => one.read), ...more],
    clock: mergeClocks([...group.map((one) => one.clock), ...more.flatMap(({ survey }) => (survey === null ? [] : [clockOf(survey)]))]),
  });
  return [history(first, undated), ...others.map((group) => history(group, []))];
}
