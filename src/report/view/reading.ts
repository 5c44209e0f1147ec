import type { Case, Candidate, Evidence, Said } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { duration } from '../../words/duration.js';
import { grouped } from '../../words/fill.js';
import { say } from '../../words/say.js';
import { shortNames } from './paths.js';
import { plain, sentence, type Rich } from './rich.js';
import { clockIn, ms, type Clock } from './times.js';

/** A time as the case holds it. */
const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
/** Evidence marks beside one statement, on a screen and on paper; the rest is counted. */
const marksShown = { screen: 4, paper: 2 } as const;

/** Where a report is read. Paper has what decides; the rest is on the screen and in the files beside it. */
export type Medium = keyof typeof marksShown;

/**
 * One case being read in one language: its words, its clock, and which sections cite which evidence.
 * Everything that is shown comes from the case; nothing is computed anew.
 */
export interface Reading {
  readonly case: Case;
  readonly language: Language;
  readonly medium: Medium;
  readonly clock: Clock;
  /** Notes of people by section name. */
  readonly notes: Readonly<Record<string, string>>;
  t(key: string, params?: Readonly<Record<string, string | number>>): string;
  rich(key: string, params?: Readonly<Record<string, string | number>>): Rich;
  /**
   * A sentence of the case: with the marks of its catalogue when it still is that sentence, else plain. Files are called
   * as everywhere in the report, verdicts are words, and times are those of its clock.
   */
  said(said: Said): Rich;
  /** Evidence marks, each with a blank before it; remembers who cites. */
  cite(section: string, evidence: readonly Evidence[]): Rich;
  span(seconds: number): string;
  number(n: number | null): string;
  /** The candidate that the recommendation picks. */
  readonly pick: Candidate | null;
  /** Evidence cited so far, in order of first citation, with the sections that cite it. */
  readonly cited: ReadonlyMap<string, { readonly evidence: Evidence; readonly by: ReadonlySet<string> }>;
}

/** The candidate with this path, else with this digest. */
export function candidateOf(theCase: Case, wanted: { readonly path: string; readonly sha256: string | null } | null): Candidate | null {
  if (wanted === null) return null;
  return theCase.candidates.find((c) => c.path === wanted.path && (wanted.sha256 === null || c.sha256 === wanted.sha256))
    ?? theCase.candidates.find((c) => wanted.sha256 !== null && c.sha256 === wanted.sha256) ?? null;
}

export function readCase(theCase: Case, notes: Readonly<Record<string, string>> = {}, medium: Medium = 'screen'): Reading {
  const { language } = theCase;
  const marked = marksShown[medium];
  const around = ms(theCase.outage.collectedAt.best) ?? ms(theCase.outage.start.notBefore) ?? ms(theCase.lastKnownState?.time.best) ?? 0;
  const cited = new Map<string, { evidence: Evidence; by: Set<string> }>();
  const t: Reading['t'] = (key, params) => say(language, key, params);
  const clock = clockIn(theCase.zone?.value ?? null, language, around);
  const names = shortNames(theCase.candidates);
  const nameOf = new Map(theCase.candidates.map((c) => [c.path, names.get(c.id) ?? c.path]));
  const shown = (name: string, value: string | number): string | number => {
    if (name === 'verdict') return t(`case.verdict.${value}`).replace('case.verdict.', '');
    const at = typeof value === 'string' && utcTime.test(value) ? ms(value) : null;
    return at !== null ? clock.short(at) : nameOf.get(String(value)) ?? value;
  };
  return {
    case: theCase,
    language,
    medium,
    notes,
    clock,
    t,
    rich: (key, params) => sentence(language, key, params),
    said: (said) => (said.text === say(language, said.key, said.params) ? sentence(language, said.key, Object.fromEntries(Object.entries(said.params).map(([name, value]) => [name, shown(name, value)]))) : plain(said.text)),
    cite(section, evidence) {
      const distinct = [...new Map(evidence.map((e) => [e.id, e])).values()];
      for (const one of distinct.slice(0, marked)) {
        const entry = cited.get(one.id) ?? { evidence: one, by: new Set<string>() };
        entry.by.add(section);
        cited.set(one.id, entry);
      }
      const marks = distinct.slice(0, marked).flatMap((one): Rich => [{ text: ' ' }, { cite: one.id, basis: one.basis }]);
      return distinct.length > marked ? [...marks, { text: ` ${t('report.more', { n: distinct.length - marked })}` }] : marks;
    },
    span: (seconds) => duration(language, seconds),
    number: (n) => (n === null ? t('report.unknown') : grouped(n)),
    pick: candidateOf(theCase, theCase.recommendation.candidate),
    cited,
  };
}
