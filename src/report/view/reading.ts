import type { Case, Candidate, Evidence, Said } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { plain, sentence, type Rich } from './rich.js';
import { clockIn, duration, grouped, ms, type Clock } from './times.js';

/** Evidence marks beside one statement; the rest is counted. */
const marksShown = 4;

/**
 * One case being read in one language: its words, its clock, and which sections cite which evidence.
 * Everything that is shown comes from the case; nothing is computed anew.
 */
export interface Reading {
  readonly case: Case;
  readonly language: Language;
  readonly clock: Clock;
  /** Notes of people by section name. */
  readonly notes: Readonly<Record<string, string>>;
  t(key: string, params?: Readonly<Record<string, string | number>>): string;
  rich(key: string, params?: Readonly<Record<string, string | number>>): Rich;
  /** A sentence of the case: with the marks of its catalogue when it still is that sentence, else plain. */
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

export function readCase(theCase: Case, notes: Readonly<Record<string, string>> = {}): Reading {
  const { language } = theCase;
  const around = ms(theCase.outage.collectedAt.best) ?? ms(theCase.outage.start.notBefore) ?? ms(theCase.lastKnownState?.time.best) ?? 0;
  const cited = new Map<string, { evidence: Evidence; by: Set<string> }>();
  const t: Reading['t'] = (key, params) => say(language, key, params);
  return {
    case: theCase,
    language,
    notes,
    clock: clockIn(theCase.zone?.value ?? null, language, around),
    t,
    rich: (key, params) => sentence(language, key, params),
    said: (said) => (said.text === say(language, said.key, said.params) ? sentence(language, said.key, said.params) : plain(said.text)),
    cite(section, evidence) {
      const distinct = [...new Map(evidence.map((e) => [e.id, e])).values()];
      for (const one of distinct.slice(0, marksShown)) {
        const entry = cited.get(one.id) ?? { evidence: one, by: new Set<string>() };
        entry.by.add(section);
        cited.set(one.id, entry);
      }
      const marks = distinct.slice(0, marksShown).flatMap((one): Rich => [{ text: ' ' }, { cite: one.id, basis: one.basis }]);
      return distinct.length > marksShown ? [...marks, { text: ` ${t('report.more', { n: distinct.length - marksShown })}` }] : marks;
    },
    span: (seconds) => duration(language, seconds),
    number: (n) => (n === null ? t('report.unknown') : grouped(n)),
    pick: candidateOf(theCase, theCase.recommendation.candidate),
    cited,
  };
}
