import type { Draft } from '../../case/draft.js';
import type { BackupAudit, Finding, Outage } from '../../case/model.js';
import { rfc3339 } from '../../case/time-words.js';
import type { Language } from '../../words/catalogue.js';
import { finding } from '../findings/collect.js';
import { backupCopies, begin, type BackupCopy } from './copies.js';
import { copyNotes } from './copy-findings.js';
import { backupJobs } from './job.js';
import { backupRuns } from './runs.js';
import { longestPause } from './schedule.js';
import { scriptNotes, type AuditNote } from './script-findings.js';

/** What the audit adds to the case. */
export interface BackupAuditResult {
  readonly audit: BackupAudit | null;
  readonly findings: readonly Finding[];
}

/**
 * Audits the backups of a bundle: what the schedule promised, what the script would do, what lies in
 * the folders, and what the files hold. Null when nothing in the bundle speaks of backups.
 */
export function auditBackups(draft: Draft, outage: Outage | null, language: Language): BackupAuditResult {
  const jobs = backupJobs(draft);
  const copies = backupCopies(draft);
  if (jobs.length === 0 && copies.length === 0) {
    const none = draft.facts.length === 0 ? [] : [finding('audit.no-backups', {}, [], language)];
    return { audit: null, findings: none };
  }
  const runs = backupRuns(draft, jobs, copies);
  const around = draft.collected.notAfter ?? draft.collected.best ?? 0;
  const periods = jobs.filter((job) => !job.disabled).flatMap((job) => (job.when === null ? [] : [longestPause(job.when, around)])).filter((ms): ms is number => ms !== null);
  const promised = periods.length === 0 ? null : Math.min(...periods);
  const newest = newestGood(copies);
  const real = realLoss(draft, outage, newest);
  const cite = (note: AuditNote): Finding => finding(note.code, note.params, note.places.map((place) => draft.evidence.cite(place)), language);
  const notes = [...scriptNotes(draft, jobs), ...copyNotes(draft, jobs, copies, runs)];
  if (promised !== null && real !== null && real > promised * 1.5 + 600_000) notes.push({ code: 'audit.promise-broken', params: { promised: Math.round(promised / 60_000), real: Math.round(real / 60_000) }, places: newest?.places ?? [] });
  const audit: BackupAudit = {
    jobs: jobs.map((job) => ({
      host: job.host, schedule: job.schedule, command: job.command, target: job.target, keep: job.keep,
      periodSeconds: job.when === null ? null : seconds(longestPause(job.when, around)), evidence: job.places.map((place) => draft.evidence.cite(place, job.basis)),
    })),
    runs: runs.map((run) => ({ host: run.host, due: rfc3339(run.due ?? (run.copy === null || !Number.isFinite(begin(run.copy)) ? null : begin(run.copy))), state: run.state, candidate: run.copy?.candidate ?? null, evidence: run.places.slice(0, 3).map((place) => draft.evidence.cite(place)) })),
    promisedSeconds: seconds(promised),
    realSeconds: seconds(real),
    newestRestorable: newest?.candidate ?? null,
  };
  return { audit, findings: notes.map(cite) };
}

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000));

/** The newest copy that is proven whole: by content, then by name. */
function newestGood(copies: readonly BackupCopy[]): BackupCopy | null {
  let best: BackupCopy | null = null;
  for (const copy of copies) {
    if (copy.state !== 'good') continue;
    if (best === null || (copy.revision ?? 0) > (best.revision ?? 0)) best = copy;
  }
  return best;
}

/** Time between the newest proven copy and the last write before the failure. */
function realLoss(draft: Draft, outage: Outage | null, newest: BackupCopy | null): number | null {
  const start = outage?.start.notBefore ?? null;
  const end = draft.lastKnown?.time.best ?? draft.lastKnown?.time.notBefore ?? (start === null ? null : Date.parse(start));
  const failed = start === null ? end : Math.max(Date.parse(start), end ?? -Infinity);
  const from = newest === null ? null : (newest.content?.best ?? newest.content?.notBefore ?? newest.named?.best ?? newest.written?.best ?? null);
  return failed === null || from === null ? null : Math.max(0, failed - from);
}
