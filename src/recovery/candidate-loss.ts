import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Loss, Outage } from '../case/model.js';
import { lossBetween, surveyWrites, type KubeSurvey, type ObjectLoss } from '../kubernetes/index.js';
import { storedWrites } from '../case/database-report.js';
import { middle } from '../time/interval.js';
import { contentTime, laterMs } from './content-time.js';

/** The loss as the case shows it, with what needs a person's eye. */
export interface CandidateLoss {
  readonly loss: Loss;
  readonly objects: ObjectLoss | null;
}

/** The candidate whose bytes hold the newest state of our cluster, damaged ones included. */
export function newestState(draft: Draft, ours: ReadonlySet<string>): DraftCandidate | null {
  let newest: { one: DraftCandidate; revision: bigint; time: number | null } | null = null;
  for (const one of draft.candidates) {
    if (!ours.has(one.candidate.id)) continue;
    const revision = one.boot?.served?.revision ?? one.snapshot?.revision ?? null;
    if (revision === null) continue;
    const time = contentTime(one, draft);
    const apart = time === null || newest === null || newest.time === null ? 0 : time - newest.time;
    const later = newest === null || (Math.abs(apart) > laterMs ? apart > 0 : revision > newest.revision);
    if (later) newest = { one, revision, time };
  }
  return newest?.one ?? null;
}

const whole = (one: DraftCandidate): boolean => one.candidate.verdict === 'intact' || one.candidate.verdict === 'digest-absent' || one.candidate.verdict === 'digest-wrong';

/**
 * The newest state as far as it can be compared with `from`. A damaged file lacks rows: what it lacks is
 * not taken for deleted; only its later rows are laid over the older state.
 */
function comparable(from: DraftCandidate, last: DraftCandidate, draft: Draft): KubeSurvey | null {
  const survey = draft.surveys?.get(last.candidate.id) ?? null;
  if (survey === null || whole(last)) return survey;
  const fileOf = (one: DraftCandidate) => draft.files.find((file) => file.path === one.candidate.path || file.path === `${one.candidate.path}/member/snap/db` || file.path === `${one.candidate.path}/db`);
  const [base, newer] = [fileOf(from), fileOf(last)];
  const since = from.snapshot?.revision ?? null;
  if (base === undefined || newer === undefined || since === null) return null;
  function* both() {
    yield* storedWrites(base!.open());
    for (const write of storedWrites(newer!.open())) if (write.revision > since!) yield write;
  }
  return surveyWrites(both());
}

function objectsOf(loss: ObjectLoss): NonNullable<Loss['objects']> {
  return { created: loss.created, changed: loss.changed, deleted: loss.deleted, byResource: loss.byResource, named: loss.named, noise: loss.noise };
}

/** What a restore of one candidate loses against the newest state that anything proves. */
export function candidateLoss(one: DraftCandidate, last: DraftCandidate | null, draft: Draft, outage: Outage | null): CandidateLoss | null {
  const revision = one.candidate.revision;
  if (revision === null) return null;
  const known = draft.lastKnown;
  const own = middle(one.taken);
  const stop = outage === null ? null : outage.start.notBefore === null ? null : Date.parse(outage.start.notBefore);
  const stopAtLatest = outage?.start.notAfter == null ? null : Date.parse(outage.start.notAfter);
  const lastMs = known === null ? null : middle(known.time);
  // The proven life of the cluster may reach beyond the newest row that any file holds.
  const aliveUntil = [lastMs, stop].filter((ms) => ms !== null).reduce<number | null>((a, b) => (a === null ? b : Math.max(a, b)), null);
  const filesEnd = lastMs !== null && aliveUntil !== null && aliveUntil - lastMs > laterMs;
  const revisions = known === null ? null : Number(known.revision) - revision;
  const isLast = last === one || (revisions !== null && revisions <= 0);
  const went = revisions !== null && revisions < 0;
  const seconds = own === null || aliveUntil === null ? null : Math.max(0, Math.round((aliveUntil - own) / 100) / 10);
  const latest = [known?.time.notAfter ?? null, stopAtLatest].filter((ms) => ms !== null).reduce<number | null>((a, b) => (a === null ? b : Math.max(a, b)), null);
  const atMost = latest === null || one.taken.notBefore === null ? null : Math.max(0, Math.round((latest - one.taken.notBefore) / 1000));
  const mine = draft.surveys?.get(one.candidate.id) ?? null;
  const other = last === null || isLast ? null : comparable(one, last, draft);
  const objects = mine === null || mine.prefixes.length === 0 ? null : isLast && !filesEnd ? lossBetween(mine, mine) : other === null ? null : lossBetween(mine, other);
  return {
    loss: {
      // Where nothing newer than this very file is known although etcd went on, a count would be a lie.
      revisions: revisions === null || went || (isLast && filesEnd) ? null : Math.max(0, revisions),
      seconds, secondsAtMost: atMost,
      objects: objects === null ? null : objectsOf(objects),
    },
    objects,
  };
}
