import { mayLoseMore } from '../../case/open-loss.js';
import type { Loss } from '../../case/model.js';
import type { Reading } from './reading.js';

const atMost = (r: Reading, seconds: number | null): string | null => (seconds === null ? null : r.t('report.at-most', { value: r.span(seconds) }));

/** How much time is lost, or the limit that is known; null without either. */
export function lostTime(r: Reading, { seconds, secondsAtMost }: Loss): string | null {
  return seconds === null ? atMost(r, secondsAtMost) : r.span(seconds);
}

/**
 * The limit of what is lost where nothing newer than the chosen snapshot is known, although the cluster may have lived on
 * after it: only a member's own data shows where it ended. Null where more is known: "nothing is lost" would else be a guess.
 */
export function openLimit(r: Reading): string | null {
  const { pick } = r;
  const { recommendation, candidates } = r.case;
  const isOpen = pick !== null && mayLoseMore(recommendation) && candidates.every((one) => one.kind === 'snapshot' || (one.revision ?? -1) < (pick.revision ?? 0));
  return isOpen ? atMost(r, recommendation.loss?.secondsAtMost ?? null) : null;
}
