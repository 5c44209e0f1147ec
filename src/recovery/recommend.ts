import type { DraftCandidate, Draft } from '../case/draft.js';
import type { Candidate, Cause, Message, Outage, Recommendation, Said } from '../case/model.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import { revisionJump } from '../kubernetes/index.js';
import { candidateLoss, type CandidateLoss } from './candidate-loss.js';
import { decide, type Decision } from './decide.js';
import type { Judged } from './judged.js';
import { wasRemoved } from './removed-member.js';
import { risksOf } from './risks.js';
import { situationOf, type Situation } from './situation.js';

/** The recommendation, and the candidates with their judgement, loss and reasons. */
export interface Recommended {
  readonly recommendation: Recommendation;
  readonly candidates: readonly DraftCandidate[];
  /** A candidate of another cluster, a mass deletion and the like: what the findings should say. */
  readonly situation: Situation;
}

/** At most this many objects of a loss are named in the case. */
const mostNamed = 60;

function judgedCandidate(judged: Judged, loss: CandidateLoss | null, said: (message: Message) => Said): DraftCandidate {
  const { one, use } = judged;
  const objects = loss?.loss.objects ?? null;
  const candidate: Candidate = {
    ...one.candidate,
    usable: use !== null,
    reasons: judged.reasons.map(said),
    loss: loss === null ? null : { ...loss.loss, objects: objects === null ? null : { ...objects, named: objects.named.slice(0, mostNamed) } },
    skipHashCheck: use === 'restore-db',
  };
  return { ...one, candidate };
}

/** What using a candidate loses; a log that cannot be read to its end may have held more than anything shows. */
function lossOf({ one, use }: Judged, { lineage, last, outage }: Situation, draft: Draft): CandidateLoss | null {
  if (!lineage.ours.has(one.candidate.id) || lineage.undecided) return null;
  const found = candidateLoss(one, last, draft, outage);
  const { boot } = one;
  // The others went on after the removal: how long, no file of this member can tell.
  if (found !== null && found.loss.revisions === 0 && wasRemoved(one, draft)) return { objects: null, loss: { ...found.loss, revisions: null, seconds: null, objects: null } };
  const unread = use === 'restore-db' && one.candidate.kind === 'data-dir' && (boot === null || boot.result === 'dies' || boot.hazard === 'acknowledged-writes-lost');
  return found === null || !unread || found.loss.revisions !== 0 ? found : { ...found, loss: { ...found.loss, revisions: null } };
}

function whyNot(other: Judged, chosen: Judged | null, { kind, missing }: Decision): Message {
  // The last reason is the one that decided, but for a wrong digest: that its content is elsewhere explains nothing alone.
  if (other.use === null) return other.reasons.find((one) => one.key === 'recommend.reason.digest-wrong') ?? other.reasons[other.reasons.length - 1] ?? { key: 'recommend.reason.unreadable', params: {} };
  if (chosen === null) return { key: kind === 'none' && missing.length > 0 ? 'recommend.whynot.open' : 'recommend.whynot.not-needed', params: {} };
  const [mine, theirs] = [chosen.one.candidate.revision ?? 0, other.one.candidate.revision ?? 0];
  if (mine === theirs) return { key: 'recommend.whynot.same-state', params: { path: chosen.one.candidate.path } };
  if (mine - theirs > revisionJump) return { key: 'recommend.whynot.older-content', params: { path: chosen.one.candidate.path } };
  if (mine > theirs) return { key: 'recommend.whynot.older', params: { revisions: mine - theirs, path: chosen.one.candidate.path } };
  if (kind === 'reapply-objects') return { key: 'recommend.whynot.after-deletion', params: { path: chosen.one.candidate.path } };
  return { key: 'recommend.whynot.before', params: { path: chosen.one.candidate.path } };
}

/**
 * Says what to do, from the state of the cluster and the judgement of each candidate, and why not
 * otherwise. Pure. A wrong choice is worse than none: whatever is unproven is never chosen.
 */
export function recommend(
  draft: Draft,
  timeline: { readonly outage: Outage } | null,
  diagnosis: { readonly causes: readonly Cause[] } | null,
  language: Language,
): Recommended {
  const situation = situationOf(draft, { outage: timeline?.outage ?? null, causes: diagnosis?.causes ?? [] });
  const said = (message: Message): Said => ({ ...message, text: say(language, message.key, message.params) });
  const losses = new Map(situation.judged.map((judged) => [judged.one.candidate.id, lossOf(judged, situation, draft)]));
  const candidates = situation.judged.map((judged) => judgedCandidate(judged, losses.get(judged.one.candidate.id) ?? null, said));
  const byId = new Map(candidates.map((one) => [one.candidate.id, one.candidate]));
  const decision = decide(situation);
  const named = (judged: Judged | null): Recommendation['candidate'] => {
    const candidate = judged === null ? undefined : byId.get(judged.one.candidate.id);
    return candidate === undefined ? null : { path: candidate.path, sha256: candidate.sha256 };
  };
  const chosen = decision.chosen === null ? null : (byId.get(decision.chosen.one.candidate.id) ?? null);
  const loss = decision.kind === 'restore-snapshot' || decision.kind === 'use-data-dir' || decision.kind === 'force-new-cluster' ? (chosen?.loss ?? null) : null;
  const recommendation: Recommendation = {
    kind: decision.kind,
    candidate: named(decision.chosen),
    confidence: decision.confidence,
    loss,
    missingFacts: decision.missing.map((one) => ({ fact: one.fact, said: said(one.said), collect: one.collect })),
    why: decision.why.map(said),
    whyNot: situation.judged.filter((judged) => judged !== decision.chosen).map((judged) => ({ candidate: judged.one.candidate.path, said: said(whyNot(judged, decision.chosen, decision)) })),
    conditions: decision.conditions.map(said),
    risks: risksOf(decision, losses, draft).map(said),
    nextBest: decision.next === null ? null : { kind: decision.next.kind, candidate: named(decision.next.chosen), said: said(decision.next.said) },
    evidence: [...new Map([...(chosen?.evidence ?? []), ...decision.places.map((place) => draft.evidence.cite(place))].map((one) => [one.id, one])).values()],
  };
  return { recommendation, candidates, situation };
}
