import type { Place } from '../../artifacts/place.js';
import type { Draft } from '../../case/draft.js';
import type { BackupAudit } from '../../case/model.js';
import { begin, type BackupCopy } from './copies.js';
import type { BackupJob } from './job.js';
import { runsBetween } from './schedule.js';

/** One expected or found run. */
export interface BackupRun {
  readonly host: string | null;
  readonly job: BackupJob | null;
  /** ms since the epoch; null for a copy that no schedule explains. */
  readonly due: number | null;
  readonly state: BackupAudit['runs'][number]['state'];
  readonly copy: BackupCopy | null;
  readonly places: readonly Place[];
}

/** A job starts within this time after it is due, unless its period is shorter. */
const lateMs = 15 * 60_000;
const earlyMs = 5_000;
/** Cells in the picture. */
const mostRuns = 1500;

/**
 * Lays the found copies over the schedule: each run that was due between the oldest copy and the
 * collection is good, bad, missed or rotated away; copies outside any schedule stand for themselves.
 */
export function backupRuns(draft: Draft, jobs: readonly BackupJob[], copies: readonly BackupCopy[]): readonly BackupRun[] {
  const until = draft.collected.notAfter ?? draft.collected.best;
  const streams = deliveries(draft);
  const taken = new Set<BackupCopy>();
  const runs: BackupRun[] = [];
  for (const job of jobs) {
    if (job.when === null || job.disabled || until === null) continue;
    const own = copies.filter((copy) => copy.host === job.host || copy.host === null || job.host === null);
    const begins = own.map(begin).filter((ms) => Number.isFinite(ms));
    if (begins.length === 0) continue;
    const due = runsBetween(job.when, Math.min(...begins) - lateMs, until);
    due.forEach((at, i) => {
      const next = due[i + 1] ?? at + lateMs * 4;
      const window = Math.min(lateMs, (next - at) * 0.9);
      const copy = own.find((one) => !taken.has(one) && begin(one) >= at - earlyMs && begin(one) <= at + window);
      if (copy !== undefined) {
        taken.add(copy);
        runs.push({ host: job.host, job, due: at, state: copy.state, copy, places: copy.places });
        return;
      }
      if (at < Math.min(...begins) - earlyMs) return;
      if (at > until - window) return;
      const stream = streams.find((one) => (one.host === job.host || one.host === null) && one.ms >= at - earlyMs && one.ms <= at + window);
      runs.push({ host: job.host, job, due: at, state: stream === undefined ? 'missed' : 'rotated', copy: null, places: stream === undefined ? [] : [stream.place] });
    });
  }
  for (const copy of copies) if (!taken.has(copy)) runs.push({ host: copy.host, job: null, due: null, state: copy.state, copy, places: copy.places });
  const time = (run: BackupRun): number => run.due ?? (run.copy === null ? Infinity : begin(run.copy));
  return runs.sort((a, b) => time(a) - time(b)).slice(-mostRuns);
}

/** Moments at which etcd delivered a snapshot or a tool saved one: a run whose file is gone was rotated away. */
function deliveries(draft: Draft): readonly { readonly host: string | null; readonly ms: number; readonly place: Place }[] {
  return draft.facts.flatMap((fact) => {
    if (fact.kind !== 'log' || fact.time === null || !['etcd.snapshot-streamed', 'tool.snapshot-saved', 'k3s.snapshot-saved'].includes(fact.messageId ?? '')) return [];
    const time = draft.when(fact.time, fact.host, fact.at.artifact);
    const ms = time.best ?? time.notBefore;
    return ms === null ? [] : [{ host: fact.host, ms, place: fact.at }];
  });
}
