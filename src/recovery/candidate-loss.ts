import type { Draft, DraftCandidate } from '../case/draft.js';
import type { Loss, Outage } from '../case/model.js';
import { revisionOf } from '../etcd/verdict.js';
import { lossBetween, revisionJump, type KubeSurvey, type ObjectLoss } from '../kubernetes/index.js';
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
    const revision = revisionOf(one.boot, one.snapshot);
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
 * The newest state as far as it can be compared with an older one. A damaged file lacks rows: what it
 * lacks is not taken for deleted; only its later rows are laid over the older state.
 */
function comparable(from: DraftCandidate, last: DraftCandidate, draft: Draft): KubeSurvey | null {
  const newer = draft.surveys?.get(last.candidate.id) ?? null;
  if (newer === null || whole(last)) return newer;
  const older = draft.surveys?.get(from.candidate.id) ?? null;
  const since = older?.newestRevision ?? null;
  if (older === null || since === null) return null;
  const live = new Map(older.live);
  for (const { key, revision } of newer.deletions) if (revision > since) live.delete(key);
  for (const [key, entry] of newer.live) if (entry.revision > since) live.set(key, entry);
  return { ...newer, live };
}

function objectsOf(loss: ObjectLoss): NonNullable<Loss['objects']> {
  return { created: loss.created, changed: loss.changed, deleted: loss.deleted, byResource: loss.byResource, named: loss.named, noise: loss.noise };
}

/** Until when the cluster surely lived: the begin of the outage's window, or its end when the window is narrow. */
function stopOf(outage: Outage | null): number | null {
  const [from, to] = [outage?.start.notBefore ?? null, outage?.start.notAfter ?? null].map((text) => (text === null ? null : Date.parse(text))) as [number | null, number | null];
  return from !== null && to !== null && to - from <= 5 * 60_000 ? to : from;
}

/** What a restore of one candidate loses against the newest state that anything proves. */
export function candidateLoss(one: DraftCandidate, last: DraftCandidate | null, draft: Draft, outage: Outage | null): CandidateLoss | null {
  const revision = one.candidate.revision;
  if (revision === null) return null;
  const known = draft.lastKnown;
  const own = middle(one.taken);
  const stop = stopOf(outage);
  const stopAtLatest = outage?.start.notAfter == null ? null : Date.parse(outage.start.notAfter);
  const lastMs = known === null ? null : middle(known.time);
  // The proven life of the cluster may reach beyond the newest row that any file holds.
  const aliveUntil = [lastMs, stop].filter((ms) => ms !== null).reduce<number | null>((a, b) => (a === null ? b : Math.max(a, b)), null);
  const filesEnd = lastMs !== null && aliveUntil !== null && aliveUntil - lastMs > laterMs;
  const revisions = known === null ? null : Number(known.revision) - revision;
  const went = revisions !== null && revisions < 0;
  // A higher revision than the newest state has: a restore went back in between.
  const isLast = last === one || revisions === 0 || (went && last === null);
  // A snapshot is one moment of a living cluster: only a member's own data shows where it ended.
  const endUnseen = isLast && (last === null || last.candidate.kind === 'snapshot') && stop === null;
  const seconds = own === null || aliveUntil === null ? null : Math.max(0, Math.round((aliveUntil - own) / 100) / 10);
  const latest = [known?.time.notAfter ?? null, stopAtLatest].filter((ms) => ms !== null).reduce<number | null>((a, b) => (a === null ? b : Math.max(a, b)), null);
  const atMost = latest === null || (outage !== null && outage.start.notBefore !== null && stopAtLatest === null) || one.taken.notBefore === null ? null : Math.max(0, Math.round((latest - one.taken.notBefore) / 1000));
  const mine = draft.surveys?.get(one.candidate.id) ?? null;
  const other = last === null || isLast ? null : comparable(one, last, draft);
  const objects = mine === null || mine.prefixes.length === 0 || mine.live.size === 0 ? null : isLast && !filesEnd && !endUnseen ? lossBetween(mine, mine) : other === null ? null : lossBetween(mine, other);
  return {
    loss: {
      // Where nothing newer than this very file is known although etcd went on, a count would be a lie.
      revisions: revisions === null || went || revisions > revisionJump || endUnseen || (isLast && filesEnd) ? null : Math.max(0, revisions),
      seconds: endUnseen ? null : seconds, secondsAtMost: endUnseen ? null : atMost,
      objects: objects === null ? null : objectsOf(objects),
    },
    objects,
  };
}
