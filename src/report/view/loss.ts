import { mayLoseMore } from '../../case/open-loss.js';
import type { Reading } from './reading.js';

/**
 * Whether nothing newer than the chosen snapshot is known, although the cluster may have lived on after it: only a member's
 * own data shows where it ended. "Nothing is lost" would then be a guess.
 */
export function isOpenEnded(r: Reading): boolean {
  const { pick } = r;
  return pick !== null && mayLoseMore(r.case.recommendation) && r.case.candidates.every((one) => one.kind === 'snapshot' || (one.revision ?? -1) < (pick.revision ?? 0));
}

/** Time that is lost at most, in words; null when it is not known. */
export function atMostText(r: Reading): string | null {
  const seconds = r.case.recommendation.loss?.secondsAtMost ?? null;
  return seconds === null ? null : r.t('report.at-most', { value: r.span(seconds) });
}
