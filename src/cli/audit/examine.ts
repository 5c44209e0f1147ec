import type { AuditedFile } from '../../casebook/index.js';
import { readSnapshot } from '../../etcd/snapshot/index.js';
import { fileSource } from '../../intake/index.js';
import { revisionClock, surveyWrites, timeOfRevision } from '../../kubernetes/index.js';
import { writesOfFile } from '../../kubernetes/writes.js';

/** Reads one backup whole: verdict, digest, newest revision and keys. */
export function examineFile(path: string): AuditedFile {
  const report = readSnapshot(fileSource(path));
  const revision = report.revision;
  return { sha256: report.sha256, verdict: report.verdict, revision: revision === null || revision > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(revision), keys: report.liveKeys, clusterId: report.clusterId, contentTime: null };
}

/** When the newest write of a sound backup was made, by its content; null when nothing in it is a clock. */
export function contentTimeOf(path: string): number | null {
  const survey = surveyWrites(writesOfFile(fileSource(path)));
  if (survey.newestRevision === null) return null;
  const clock = revisionClock(survey.points, survey.newestRevision, survey.wholeFrom);
  const { time } = timeOfRevision(clock, BigInt(survey.newestRevision));
  return clock.quality === 'renewals' ? (time.best ?? time.notBefore) : null;
}
