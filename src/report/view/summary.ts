import { outcomeOf } from '../../case/no-restore.js';
import { openLimit } from './loss.js';
import { displayPath, shortNames } from './paths.js';
import { joined, richPlain, type Rich } from './rich.js';
import { ms } from './times.js';
import type { Reading } from './reading.js';

/** The summary is read in one breath; what does not fit is in the sections below. */
const summaryWords = 120;

interface Sentence {
  readonly text: Rich;
  readonly paragraph: 1 | 2;
  /** Lower goes first when the summary is too long. */
  readonly weight: number;
}

/** Words of a text; one Han character counts as half a word. */
export function countWords(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const rest = text.replace(/\p{Script=Han}/gu, ' ').match(/[\p{L}\p{N}][^\s]*/gu)?.length ?? 0;
  return rest + Math.ceil(han / 2);
}

function outageSentence(r: Reading): Rich {
  const { start, lastKnownGood, firstKnownBad } = r.case.outage;
  const from = ms(start.notBefore);
  const until = ms(start.notAfter);
  const who = r.t(r.case.members.length === 1 ? 'report.summary.only-etcd' : 'report.summary.etcd');
  const evidence = r.cite('summary', [...(lastKnownGood?.evidence.slice(0, 2) ?? []), ...(firstKnownBad?.evidence.slice(0, 2) ?? [])]);
  if (from === null && until === null) return [...r.rich('report.summary.no-outage'), ...evidence];
  const params = { who, from: from === null ? '' : r.clock.full(from), until: until === null ? '' : r.clock.full(until) };
  const key = from === null ? 'before' : until === null ? 'after' : until - from < 2000 ? 'at' : 'between';
  return [...r.rich(`report.summary.stopped.${key}`, params), ...evidence];
}

function stateSentence(r: Reading): Rich | null {
  const { end, collectedAt } = r.case.outage;
  if (end !== null) {
    const at = ms(end.best) ?? ms(end.notAfter);
    return at === null ? null : r.rich('report.summary.ended', { time: r.clock.full(at) });
  }
  const at = ms(collectedAt.best) ?? ms(collectedAt.notAfter);
  if (at === null || (r.case.outage.start.notBefore === null && r.case.outage.start.notAfter === null)) return null;
  return r.rich('report.summary.still', { time: r.clock.full(at) });
}

function recommendationSentence(r: Reading): Rich {
  const { recommendation, lastKnownState } = r.case;
  const pick = r.pick;
  const taken = pick === null ? null : (ms(pick.takenAt.best) ?? ms(pick.takenAt.notBefore));
  const evidence = r.cite('summary', recommendation.evidence.slice(0, 2));
  const path = pick === null ? '' : (shortNames(r.case.candidates).get(pick.id) ?? displayPath(pick));
  if (recommendation.kind === 'restore-snapshot' && pick !== null) {
    const loss = recommendation.loss?.seconds ?? recommendation.loss?.secondsAtMost ?? null;
    const params = { path, time: taken === null ? '' : r.clock.full(taken), span: loss === null ? '' : r.span(loss) };
    const key = taken === null ? 'no-time' : openLimit(r) !== null ? 'time' : recommendation.loss?.revisions === 0 ? 'nothing' : loss === null || lastKnownState === null ? 'time' : 'loss';
    return [...r.rich(`report.summary.restore.${key}`, params), ...evidence];
  }
  return [...r.rich(`report.summary.kind.${outcomeOf(recommendation)}`, { path }), ...evidence];
}

/** What happened, how long, what to do, what is lost: two short paragraphs. */
export function summaryView(r: Reading): readonly Rich[] {
  const known = r.case.causes.filter((c) => c.confidence !== 'rejected');
  const trigger = known.find((c) => c.role === 'trigger');
  const damage = known.find((c) => c.role === 'damage');
  const sentences: Sentence[] = [{ text: outageSentence(r), paragraph: 1, weight: 9 }];
  const add = (text: Rich | null, paragraph: 1 | 2, weight: number): void => {
    if (text !== null) sentences.push({ text, paragraph, weight });
  };
  if (trigger !== undefined) add([...r.rich(`report.summary.trigger.${trigger.confidence}`), ...r.said(trigger.summary), ...r.cite('summary', trigger.evidence.slice(0, 2))], 1, 7);
  if (damage !== undefined) add([...r.said(damage.summary), ...r.cite('summary', damage.evidence.slice(0, 2))], 1, 6);
  add(stateSentence(r), 1, 4);
  add(recommendationSentence(r), 2, 8);
  const first = r.case.recommendation.conditions[0];
  if (first !== undefined) add([...r.rich('report.summary.first'), ...r.said(first)], 2, 3);
  if (r.case.outage.end === null && r.case.installation.id !== 'systemd') add(r.rich('report.summary.pods'), 2, 2);
  const total = (list: readonly Sentence[]): number => countWords(list.map((s) => richPlain(s.text)).join(' '));
  let kept: readonly Sentence[] = sentences;
  while (kept.length > 1 && total(kept) > summaryWords) {
    const least = Math.min(...kept.map((s) => s.weight));
    kept = kept.filter((s) => s.weight !== least);
  }
  const between = r.language === 'en' ? ' ' : '';
  return ([1, 2] as const).map((p) => joined(kept.filter((s) => s.paragraph === p).map((s) => s.text), between)).filter((p) => p.length > 0);
}
