import type { ReadDatabase } from './database-report.js';

/** Live keys and clock points that the surveys of one bundle may hold together: some 400 MB at most. */
const mostLive = 1_500_000;
const mostPoints = 1_000_000;
/** Points that date the newest state of a file whose keys were let go. */
const keptPoints = 4_000;

/**
 * Lets go of the keys of the oldest files when many large ones are read, so that memory stays bounded.
 * Their dates and identities stay; what their restore would lose is then told in revisions and time only.
 */
export function withinBudget(reads: readonly ReadDatabase[]): ReadDatabase[] {
  const kept = [...reads];
  const sum = (of: (read: ReadDatabase) => number): number => kept.reduce((total, read) => total + of(read), 0);
  while (sum((read) => read.survey?.live.size ?? 0) > mostLive || sum((read) => read.survey?.points.length ?? 0) > mostPoints) {
    let oldest = -1;
    for (const [i, { survey }] of kept.entries()) {
      if (survey === null || survey.live.size === 0) continue;
      if (oldest < 0 || (survey.newestRevision ?? 0) < (kept[oldest]?.survey?.newestRevision ?? 0)) oldest = i;
    }
    const read = oldest < 0 ? undefined : kept[oldest];
    if (read === undefined || read.survey === null || kept.filter((one) => (one.survey?.live.size ?? 0) > 0).length <= 1) break;
    kept[oldest] = { ...read, survey: { ...read.survey, live: new Map(), deletions: [], points: read.survey.points.slice(-keptPoints) } };
  }
  return kept;
}
