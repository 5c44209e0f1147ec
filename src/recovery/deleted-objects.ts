import type { Draft, DraftCandidate } from '../case/draft.js';
import { clockOf, deletionBursts, suspiciousChanges, type DeletionBurst, type KubeSurvey, type Suspicion } from '../kubernetes/index.js';
import type { Interval } from '../time/interval.js';
import { contentTime } from './content-time.js';
import type { Judged } from './judged.js';

/** Objects that people would miss went between an older usable file and the newest state. */
export interface MassDeletion {
  /** The newest usable file that still holds them. */
  readonly before: DraftCandidate;
  readonly after: DraftCandidate;
  readonly suspicions: readonly Suspicion[];
  readonly namespaces: readonly string[];
  readonly definitions: readonly string[];
  readonly deleted: number;
  readonly burst: DeletionBurst | null;
}

const isDeletion = (suspicion: Suspicion): boolean => suspicion.what === 'namespace-deleted' || suspicion.what === 'crd-deleted' || suspicion.what === 'mass-deletion';

function countOf(suspicions: readonly Suspicion[]): number {
  let most = 0;
  let sum = 0;
  for (const one of suspicions) {
    if (one.what === 'mass-deletion') most = one.deleted;
    else if (one.what === 'namespace-deleted') sum += one.objects;
    else if (one.what === 'crd-deleted') sum += one.instances;
  }
  return Math.max(most, sum);
}

/** Objects that people would miss went in the history that the newest state still holds. */
export interface DeletionInHistory {
  readonly file: DraftCandidate;
  readonly deleted: number;
  /** The last revision before. */
  readonly revision: number;
  readonly time: Interval;
}

/** Fewer than these are not worth a word. */
const fewObjects = 5;

/** Whether a file shows what its state lacks at all: a damaged one lacks rows that nobody deleted. */
const showsDeletions = ({ candidate }: DraftCandidate): boolean => candidate.verdict === 'intact' || candidate.verdict === 'digest-absent';

/** Looks for the last mass deletion in the newest state's own history, as far as the state before it was not compacted away. */
export function deletedInHistory(last: DraftCandidate | null, draft: Draft): DeletionInHistory | null {
  const survey = last === null ? null : (draft.surveys?.get(last.candidate.id) ?? null);
  if (last === null || survey === null || !showsDeletions(last)) return null;
  for (const burst of deletionBursts(survey, draft.clock ?? clockOf(survey)).reverse()) {
    if (survey.wholeFrom === null || burst.fromRevision < survey.wholeFrom) continue;
    const deleted = survey.deletions.filter(({ key, revision }) => revision >= burst.fromRevision && revision <= burst.toRevision && !survey.live.has(key)).length;
    if (deleted >= fewObjects) return { file: last, deleted, revision: burst.fromRevision - 1, time: burst.time };
  }
  return null;
}

/**
 * Looks whether the newest state lacks, in bulk, what an older usable file still holds. A namespace
 * that is going but not gone yet counts too: its contents go with it.
 */
export function massDeletion(judged: readonly Judged[], last: DraftCandidate | null, draft: Draft): MassDeletion | null {
  const lastSurvey = last === null ? null : (draft.surveys?.get(last.candidate.id) ?? null);
  if (last === null || lastSurvey === null || lastSurvey.prefixes.length === 0) return null;
  if (!showsDeletions(last)) return null;
  const order = (one: Judged): number => contentTime(one.one, draft) ?? one.one.candidate.revision ?? 0;
  const older = judged.filter((one) => one.use !== null && one.one !== last).sort((a, b) => order(b) - order(a));
  for (const { one } of older) {
    const survey: KubeSurvey | null = draft.surveys?.get(one.candidate.id) ?? null;
    if (survey === null || survey.live.size === 0 || (survey.newestRevision ?? 0) >= (lastSurvey.newestRevision ?? 0)) continue;
    const suspicions = suspiciousChanges(survey, lastSurvey).filter(isDeletion);
    if (suspicions.length === 0) continue;
    const bursts = deletionBursts(lastSurvey, draft.clock ?? clockOf(lastSurvey));
    return {
      before: one, after: last, suspicions,
      namespaces: suspicions.flatMap((s) => (s.what === 'namespace-deleted' ? [s.namespace] : [])),
      definitions: suspicions.flatMap((s) => (s.what === 'crd-deleted' ? [s.name] : [])),
      deleted: countOf(suspicions),
      burst: bursts.sort((a, b) => b.deleted - a.deleted)[0] ?? null,
    };
  }
  return null;
}
