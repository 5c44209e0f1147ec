import type { Candidate, Finding, Loss, Recommendation } from '../../case/model.js';
import { choiceOf, outcomeOf } from '../../case/no-restore.js';
import { verdictOf } from '../charts/glyphs.js';
import type { Mark } from './blocks.js';
import { confidenceCells, fileSize, rehearsed } from './header.js';
import { lostTime, openLimit } from './loss.js';
import { whatToDo } from './finding.js';
import { displayPath, isElsewhere, shortNames } from './paths.js';
import { code, joined, plain, type Rich } from './rich.js';
import { ms } from './times.js';
import type { Reading } from './reading.js';

/** Page 1 must stay one page: so many lines of each list, the rest is counted and stands in its section. */
const reasonsShown = 4;
const othersShown = 3;
const criticalShown = 2;
const objectsShown = 6;

export interface Decision {
  /** False: the band is grey and the box lists what to collect. */
  readonly decided: boolean;
  readonly action: string;
  readonly confidence: { readonly cells: 0 | 1 | 2 | 3; readonly word: string; readonly checks: string };
  readonly path: string | null;
  readonly where: Rich;
  readonly facts: readonly { readonly term: string; readonly value: string }[];
  readonly why: readonly { readonly done: boolean; readonly text: Rich }[];
  readonly first: readonly Rich[];
  readonly risks: readonly Rich[];
  readonly loss: { readonly nothing: boolean; readonly amount: string; readonly detail: string; readonly objects: readonly Rich[]; readonly more: string | null } | null;
  readonly others: readonly { readonly name: string; readonly mark: Mark | null; readonly revision: string; readonly text: Rich }[];
  readonly othersMore: string | null;
  readonly missing: readonly { readonly text: Rich; readonly collect: string | null }[];
  readonly nextBest: Rich | null;
}

export function markOf(r: Reading, candidate: Candidate): Mark {
  const { shape, tone, word } = verdictOf(candidate);
  return { shape, tone, word: r.t(word) };
}

function where(r: Reading, pick: Candidate): Rich {
  const taken = ms(pick.takenAt.best) ?? ms(pick.takenAt.notBefore);
  const host = pick.host === null ? [] : [r.rich('report.decision.on-host', { host: pick.host })];
  const when = taken === null ? [r.rich('report.decision.no-time')] : [r.rich('report.decision.holds', { time: `${r.clock.longDay(taken)} ${r.clock.time(taken)}`, offset: r.clock.offset })];
  const elsewhere = isElsewhere(pick) ? [r.rich('report.decision.in-bundle', { path: pick.path })] : [];
  return [...joined([...host, ...when, ...elsewhere], r.t('report.comma')), ...r.cite('decision', pick.evidence.slice(0, 3))];
}

function pickFacts(r: Reading, pick: Candidate): Decision['facts'] {
  return [
    { term: r.t('report.column.revision'), value: r.number(pick.revision) },
    { term: r.t('report.column.keys'), value: r.number(pick.totalKeys) },
    { term: r.t('report.column.size'), value: pick.kind === 'data-dir' ? fileSize(pick.size) : `${r.number(pick.size)} B` },
    ...(pick.sha256 === null ? [] : [{ term: 'SHA-256', value: `${pick.sha256.slice(0, 8)}…${pick.sha256.slice(-5)}` }]),
  ];
}

function lossObjects(r: Reading, loss: Loss): { readonly objects: readonly Rich[]; readonly more: string | null } {
  if (loss.objects === null) return { objects: [], more: r.t('report.loss.objects-unknown') };
  const { named, created, changed, deleted } = loss.objects;
  const groups = new Map<string, Rich[]>();
  for (const one of named) {
    const key = `${one.change} ${one.resource}`;
    groups.set(key, [...(groups.get(key) ?? []), code(one.namespace === null ? one.name : `${one.namespace}/${one.name}`)]);
  }
  const objects = [...groups].slice(0, objectsShown).map(([key, names]): Rich => {
    const [change = '', resource = ''] = key.split(' ');
    const shown = names.slice(0, 4);
    const rest = names.length - shown.length;
    return [...plain(`${resource} `), ...joined(shown, r.t('report.comma')), ...plain(rest > 0 ? ` ${r.t('report.and-more', { n: rest })}` : ''), ...plain(` ${r.t(`report.change.${change}`)}`)];
  });
  const all = created + changed + deleted;
  return { objects, more: all > named.length ? r.t('report.loss.unnamed', { n: r.number(all - named.length) }) : null };
}

function lossView(r: Reading, loss: Loss): Decision['loss'] {
  const limit = openLimit(r);
  const revisions = loss.revisions === null ? null : r.t('report.revisions', { n: r.number(loss.revisions) });
  const amount = limit ?? (loss.revisions === 0 ? r.t('report.nothing') : (lostTime(r, loss) ?? revisions ?? r.t('report.unknown')));
  if (limit === null && loss.revisions === 0) return { nothing: true, amount, detail: r.t('report.headline.nothing-below'), objects: [], more: null };
  const noise = loss.objects?.noise ?? 0;
  const from = ms(r.pick?.takenAt.best ?? null);
  const to = ms(r.case.lastKnownState?.time.best ?? null);
  const parts = [
    ...(from !== null && to !== null && to > from ? [`${r.clock.day(from)} ${r.t('report.range', { from: r.clock.time(from), to: r.clock.time(to) })}`] : []),
    ...(loss.revisions === null || revisions === null || limit !== null ? [] : [noise > 0 ? r.t('report.loss.noise', { n: r.number(loss.revisions), noise: r.number(noise) }) : revisions]),
  ];
  return { nothing: false, amount, detail: parts.join(r.t('report.colon')), ...lossObjects(r, loss) };
}

/** The candidate that a line of `whyNot` speaks of: named by id, path or digest. */
function candidateNamed(r: Reading, name: string): Candidate | null {
  return r.case.candidates.find((c) => c.id === name || c.path === name || c.sha256 === name || c.hostPath === name) ?? null;
}

/** What the bytes of the chosen file prove, beside the reasons of the recommendation. */
function proofs(r: Reading, pick: Candidate | null): Decision['why'] {
  if (pick === null || r.case.recommendation.kind !== 'restore-snapshot') return [];
  const cluster = r.case.members.find((m) => m.clusterId !== null)?.clusterId ?? null;
  const keys = [...(pick.verdict === 'intact' ? ['report.proof.digest', 'report.proof.pages'] : []), ...(cluster !== null && pick.clusterId === cluster ? ['report.proof.cluster'] : [])];
  return keys.map((key) => ({ done: true, text: [...r.rich(key), ...r.cite('decision', pick.evidence.slice(0, 1))] }));
}

/** Refused ones that are as new or newer first, as these are asked about; then the next best; what holds nothing comes last. */
function othersRank(pick: Candidate | null, candidate: Candidate | null): number {
  if (candidate === null) return 5e15;
  const newer = pick !== null && (candidate.revision ?? 0) >= (pick.revision ?? 0);
  return (newer ? 0 : candidate.usable ? 1e15 : candidate.revision !== null ? 2e15 : 3e15) - (candidate.revision ?? 0);
}

function whyLines(r: Reading, recommendation: Recommendation): Decision['why'] {
  const lines = recommendation.why.slice(0, reasonsShown).map((said) => ({ done: true, text: r.said(said) }));
  const last = lines.at(-1);
  if (last !== undefined) lines[lines.length - 1] = { done: true, text: [...last.text, ...r.cite('decision', recommendation.evidence)] };
  const rehearsal = r.case.plan !== null && r.case.plan.steps.length > 0 ? [{ done: r.case.rehearsal?.passed === true, text: r.rich(`report.rehearsed.${rehearsed(r)}.why`, { version: r.case.rehearsal?.etcdVersion ?? '' }) }] : [];
  return [...lines, ...proofs(r, r.pick), ...rehearsal];
}

/** What must be done or known before any step: the conditions of the choice, and what is critical in what was found. */
export function firstThings(r: Reading, section: string): readonly Rich[] {
  const { recommendation, findings } = r.case;
  const critical = recommendation.kind === 'none' ? [] : findings.filter((f) => f.severity === 'critical').slice(0, criticalShown);
  const marked = (f: Finding): Rich => [...r.said({ ...f.said, text: f.message }), ...r.cite(section, f.evidence.slice(0, 2)), ...plain(' '), ...whatToDo(r, f)];
  return [...recommendation.conditions.map((said) => r.said(said)), ...critical.map(marked)];
}

/** The box that decides: action, path, facts, why, what is lost, why not the others. */
export function decisionView(r: Reading): Decision {
  const { recommendation } = r.case;
  const { pick } = r;
  const names = shortNames(r.case.candidates);
  const why = whyLines(r, recommendation);
  const passed = why.filter((w) => w.done).length;
  const others = recommendation.whyNot
    .filter((one) => candidateNamed(r, one.candidate) !== pick || pick === null)
    .map((one) => ({ ...one, rank: othersRank(pick, candidateNamed(r, one.candidate)) }))
    .sort((a, b) => a.rank - b.rank);
  return {
    decided: outcomeOf(recommendation) !== 'none',
    action: r.t(`report.kind.${choiceOf(r.case)}`),
    confidence: {
      cells: confidenceCells[recommendation.confidence],
      word: r.t(`report.confidence.${recommendation.confidence}.level`),
      checks: r.t(why.length > passed ? 'report.decision.checks-open' : 'report.decision.checks', { passed, open: why.length - passed }),
    },
    path: pick === null ? null : displayPath(pick),
    where: pick === null ? [] : where(r, pick),
    facts: pick === null ? [] : pickFacts(r, pick),
    why,
    first: firstThings(r, 'decision'),
    risks: recommendation.risks.map((said) => r.said(said)),
    loss: recommendation.loss === null ? null : lossView(r, recommendation.loss),
    others: others.slice(0, othersShown).map((one) => {
      const candidate = candidateNamed(r, one.candidate);
      return {
        name: candidate === null ? one.candidate : (names.get(candidate.id) ?? displayPath(candidate)),
        mark: candidate === null ? null : markOf(r, candidate),
        revision: candidate === null ? '–' : r.number(candidate.revision),
        text: [...r.said(one.said), ...(candidate === null ? [] : r.cite('decision', candidate.evidence.slice(0, 2)))],
      };
    }),
    othersMore: others.length > othersShown ? r.t('report.decision.others-more', { n: others.length - othersShown }) : null,
    missing: recommendation.missingFacts.map((fact) => ({ text: r.said(fact.said), collect: fact.collect })),
    nextBest: recommendation.nextBest === null ? null : r.said(recommendation.nextBest.said),
  };
}
