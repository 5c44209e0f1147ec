import type { Case, Recommendation, RecommendationKind } from './model.js';

/**
 * What a recommendation comes to in words: its kind, but `healthy` where nothing is chosen because a majority
 * answers and nothing needs to be restored. The published kind is `none` in both cases.
 */
export function outcomeOf(recommendation: Pick<Recommendation, 'kind' | 'why'>): RecommendationKind | 'healthy' {
  return recommendation.kind === 'none' && recommendation.why[0]?.key === 'recommend.why.healthy' ? 'healthy' : recommendation.kind;
}

/** What is chosen, as people name it: `restore-db` where the file to restore is a database and no saved snapshot. */
export type Choice = RecommendationKind | 'healthy' | 'restore-db';

/** The choice of a case, by the kind of file that it picks. */
export function choiceOf({ recommendation, candidates }: Pick<Case, 'recommendation' | 'candidates'>): Choice {
  const outcome = outcomeOf(recommendation);
  if (outcome !== 'restore-snapshot') return outcome;
  const pick = candidates.find((one) => one.path === recommendation.candidate?.path);
  return pick === undefined || pick.kind === 'snapshot' ? outcome : 'restore-db';
}
