import type { Reading } from './reading.js';

/** A shorter time than this is that of a last backup before an end that was seen. */
const openSeconds = 300;

/**
 * Whether nothing newer than the chosen snapshot is known, although the cluster may have lived on after it: only a member's
 * own data shows where it ended. "Nothing is lost" would then be a guess.
 */
export function isOpenEnded(r: Reading): boolean {
  const { loss, kind } = r.case.recommendation;
  const { pick } = r;
  if (kind !== 'restore-snapshot' || pick === null || loss === null || loss.revisions !== 0 || (loss.secondsAtMost ?? 0) <= openSeconds) return false;
  return r.case.candidates.every((one) => one.kind === 'snapshot' || (one.revision ?? -1) < (pick.revision ?? 0));
}

/** Time that is lost at most, in words; null when it is not known. */
export function atMostText(r: Reading): string | null {
  const seconds = r.case.recommendation.loss?.secondsAtMost ?? null;
  return seconds === null ? null : r.t('report.at-most', { value: r.span(seconds) });
}
