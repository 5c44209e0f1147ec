import type { Recommendation, RecommendationKind } from '../../case/model.js';

/** The kind of a recommendation, but `healthy` where nothing is chosen because nothing needs to be restored. */
export function outcomeOf(recommendation: Recommendation): RecommendationKind | 'healthy' {
  return recommendation.kind === 'none' && recommendation.why[0]?.key === 'recommend.why.healthy' ? 'healthy' : recommendation.kind;
}
