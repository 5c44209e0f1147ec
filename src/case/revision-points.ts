import type { Draft } from './draft.js';
import type { Case } from './model.js';
import { estimate } from './time-words.js';

const mostClockPoints = 240;

/** Points of the revision chart: the clock thinned, each candidate, and the newest state that is known. */
export function revisionPoints(draft: Draft): Case['revisions'] {
  const points: Case['revisions'][number][] = [];
  const renewals = (draft.clock?.points ?? []).filter((point) => point.kind === 'renewal' || point.kind === 'stamp');
  const step = Math.max(1, Math.ceil(renewals.length / mostClockPoints));
  renewals.forEach((point, i) => {
    if (i % step !== 0 && i !== renewals.length - 1) return;
    points.push({ revision: point.revision, time: estimate({ notBefore: point.time, best: point.time, notAfter: point.time + point.precisionMs }), what: 'clock', atLeast: false, label: point.key });
  });
  for (const { candidate } of draft.candidates) {
    if (candidate.revision === null) continue;
    points.push({ revision: candidate.revision, time: candidate.takenAt, what: 'candidate', atLeast: false, label: candidate.path });
  }
  for (const fact of draft.facts) {
    if (fact.kind !== 'snapshot-status' || fact.path === null || fact.revision > BigInt(Number.MAX_SAFE_INTEGER)) continue;
    if (draft.candidates.some((one) => one.candidate.hostPath === fact.path)) continue;
    points.push({ revision: Number(fact.revision), time: { notBefore: null, best: null, notAfter: null }, what: 'log', atLeast: false, label: fact.path });
  }
  const last = draft.lastKnown;
  if (last !== null && last.revision <= BigInt(Number.MAX_SAFE_INTEGER)) points.push({ revision: Number(last.revision), time: estimate(last.time), what: 'last', atLeast: last.atLeast, label: last.from });
  return points;
}
