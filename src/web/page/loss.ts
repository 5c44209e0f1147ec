import type { Case, Loss } from '../../case/model.js';
import { outcomeOf } from '../../case/no-restore.js';
import { mayLoseMore } from '../../case/open-loss.js';
import { count, span, t } from './words.js';

/** What the choice loses, in the same words everywhere on the page: an amount, what stands below it, and whether it is nothing. */
export function lossWords({ recommendation }: Pick<Case, 'recommendation'>): { readonly amount: string; readonly below: string; readonly nothing: boolean } {
  const { loss } = recommendation;
  const revisions = loss === null || loss.revisions === null ? '' : t('web.lost-revisions', { n: count(loss.revisions) });
  if (loss !== null && mayLoseMore(recommendation)) return { amount: t('web.at-most', { span: span(loss.secondsAtMost) }), below: '', nothing: false };
  if (outcomeOf(recommendation) === 'healthy' || loss?.revisions === 0 || loss === null && recommendation.kind === 'repair-without-restore') return { amount: t('web.no-loss'), below: '', nothing: true };
  const time = loss === null ? null : timeLost(loss);
  return { amount: time ?? (revisions === '' ? t('web.unknown') : revisions), below: time === null ? '' : revisions, nothing: false };
}

/** The lost time or the limit that is known; null without either. */
export function timeLost({ seconds, secondsAtMost }: Loss): string | null {
  return seconds !== null ? span(seconds) : secondsAtMost !== null ? t('web.at-most', { span: span(secondsAtMost) }) : null;
}
