import type { AuditedFile } from '../../casebook/index.js';
import { storedWrites } from '../../case/database-report.js';
import { readSnapshot } from '../../etcd/snapshot/index.js';
import { fileSource } from '../../intake/index.js';
import { revisionClock, surveyWrites, timeOfRevision } from '../../kubernetes/index.js';

/** Reads one backup whole: verdict, digest, newest revision, keys, and the time of its newest write. */
export function examineFile(path: string): AuditedFile {
  const source = fileSource(path);
  const report = readSnapshot(source);
  let contentTime: number | null = null;
  if (report.revision !== null && (report.verdict === 'intact' || report.verdict === 'digest-absent')) {
    const survey = surveyWrites(storedWrites(source));
    const clock = revisionClock(survey.points, survey.newestRevision);
    const { time } = timeOfRevision(clock, report.revision);
    contentTime = clock.quality === 'renewals' ? (time.best ?? time.notBefore) : null;
  }
  const revision = report.revision;
  return { sha256: report.sha256, verdict: report.verdict, revision: revision === null || revision > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(revision), keys: report.liveKeys, clusterId: report.clusterId, contentTime };
}
