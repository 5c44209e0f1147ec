import type { Cause } from '../case/model.js';
import type { Hypothesis } from './rule.js';

const weightOf: Readonly<Record<Cause['role'], number>> = { 'trigger': 40, 'damage': 30, 'after-effect': 20, 'contributing': 10, 'detection': 0 };
const confidenceOf: Readonly<Record<Cause['confidence'], number>> = { proven: 3, likely: 2, possible: 0, rejected: -10 };

/**
 * Orders hypotheses as a postmortem tells them: what started it, what it damaged, what people did
 * afterwards, what let it happen, how it was noticed. A merely possible trigger never stands before
 * proven damage, and rejected hypotheses come last. When nothing else started it, the earliest act of a
 * person that nothing preceded is the trigger.
 */
export function rankHypotheses(found: readonly Hypothesis[]): readonly Hypothesis[] {
  const settled = promote(demote(found));
  return [...settled].sort((a, b) => score(b) - score(a) || (a.since ?? Infinity) - (b.since ?? Infinity) || settled.indexOf(a) - settled.indexOf(b));
}

/** Proven by what a person ran, not by a message about it. */
const isAct = (hypothesis: Hypothesis): boolean => hypothesis.hits[0]?.act === true;
const firm = (hypothesis: Hypothesis): boolean => hypothesis.confidence === 'proven' || hypothesis.confidence === 'likely';

function score({ role, confidence }: Hypothesis): number {
  if (confidence === 'rejected') return -100;
  return weightOf[role] + confidenceOf[confidence] - (confidence === 'possible' ? 35 : 0);
}

/** Damage of files: no slow disk, full quota or wrong certificate does that. */
const damagesFiles = new Set(['db-damaged', 'db-missing', 'snap-db-mismatch', 'wal-damaged', 'wal-missing', 'log-shorter-than-promised', 'mvcc-inconsistent']);

/** Triggers that another firm trigger explains, or that came after a firm one, are no trigger any more. */
function demote(found: readonly Hypothesis[]): readonly Hypothesis[] {
  return found.map((hypothesis) => {
    if (hypothesis.role !== 'trigger' || hypothesis.confidence === 'rejected') return hypothesis;
    const explained = (hypothesis.rule.after ?? []).some((id) => found.some((other) => other.rule.id === id && firm(other)));
    if (explained) return { ...hypothesis, role: 'after-effect' as const };
    if (!firm(hypothesis)) return hypothesis;
    const harmless = hypothesis.rule.harmsFiles !== true && hypothesis.hits.every((hit) => hit.act !== true) && found.some((other) => other.role === 'damage' && other.confidence === 'proven' && damagesFiles.has(other.rule.id));
    const stronger = harmless || found.some((other) => other !== hypothesis && other.role === 'trigger' && other.confidence === 'proven' && hypothesis.confidence !== 'proven');
    return stronger ? { ...hypothesis, role: 'contributing' as const } : hypothesis;
  });
}

const hostsOf = (hypotheses: readonly Hypothesis[]): ReadonlySet<string> => new Set(hypotheses.flatMap(({ hits }) => hits.flatMap(({ host }) => (host === null ? [] : [host]))));

/** Only logs of other hosts than those that are damaged speak of it: it did not start what happened there. */
function isElsewhere(hypothesis: Hypothesis, damaged: ReadonlySet<string>): boolean {
  const hosts = hostsOf([hypothesis]);
  return !isAct(hypothesis) && damaged.size > 0 && hosts.size > 0 && ![...hosts].some((host) => damaged.has(host));
}

/** Without a firm trigger, the earliest firm act of a person is one, unless damage was there before it. */
function promote(found: readonly Hypothesis[]): readonly Hypothesis[] {
  if (found.some((hypothesis) => hypothesis.role === 'trigger' && firm(hypothesis))) return found;
  const damaged = hostsOf(found.filter((hypothesis) => firm(hypothesis) && damagesFiles.has(hypothesis.rule.id)));
  const acts = found.filter((hypothesis) => hypothesis.role === 'after-effect' && firm(hypothesis) && !isElsewhere(hypothesis, damaged)).sort((a, b) => Number(isAct(b)) - Number(isAct(a)) || Number(b.confidence === 'proven') - Number(a.confidence === 'proven') || (a.since ?? Infinity) - (b.since ?? Infinity));
  const first = acts[0];
  if (first === undefined) return found;
  const damagedBefore = found.some((hypothesis) => hypothesis.role === 'damage' && firm(hypothesis) && hypothesis.since !== null && (first.since === null || hypothesis.since < first.since));
  return damagedBefore ? found : found.map((hypothesis) => (hypothesis === first ? { ...hypothesis, role: 'trigger' as const } : hypothesis));
}
