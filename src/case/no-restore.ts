import type { Recommendation, RecommendationKind } from './model.js';

/**
 * What a recommendation comes to in words: its kind, but `healthy` where nothing is chosen because a majority
 * answers and nothing needs to be restored. The published kind is `none` in both cases.
 */
export function outcomeOf(recommendation: Pick<Recommendation, 'kind' | 'why'>): RecommendationKind | 'healthy' {
  return recommendation.kind === 'none' && recommendation.why[0]?.key === 'recommend.why.healthy' ? 'healthy' : recommendation.kind;
}
