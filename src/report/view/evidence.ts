import type { Basis, Evidence, Excerpt } from '../../case/model.js';
import type { Reading } from './reading.js';
import { ms } from './times.js';

/** Excerpts stay small however long the lines of a log are; `case.json` holds what the case holds. */
const charactersAll = 900_000;
const charactersLine = 600;
const linesAround = 4;

export interface EvidenceItem {
  readonly id: string;
  readonly artifact: string;
  readonly place: string;
  readonly basis: Basis;
  readonly basisWord: string;
  readonly lines: readonly { readonly number: number | null; readonly text: string; readonly cited: boolean; readonly cut: number }[];
  readonly facts: readonly { readonly term: string; readonly value: string }[];
  /** Ids and titles of the sections that cite it. */
  readonly citedBy: readonly string[];
}

/** A long line is shown up to a limit; what is left out is counted, never hidden. */
function shortened(text: string): { readonly text: string; readonly cut: number } {
  return text.length <= charactersLine ? { text, cut: 0 } : { text: text.slice(0, charactersLine), cut: text.length - charactersLine };
}

function linesOf(evidence: Evidence, excerpt: Excerpt | undefined, withContext: boolean): EvidenceItem['lines'] {
  if (excerpt === undefined || excerpt.lines.length === 0 || !withContext) {
    return [{ number: evidence.line ?? null, cited: true, ...shortened(evidence.text) }];
  }
  if (evidence.line === undefined) return excerpt.lines.slice(0, 2 * linesAround + 1).map((text) => ({ number: null, cited: true, ...shortened(text) }));
  const at = evidence.line - excerpt.firstLine;
  return excerpt.lines
    .map((text, i) => ({ number: excerpt.firstLine + i, cited: i === at, ...shortened(text) }))
    .filter((_, i) => Math.abs(i - at) <= linesAround);
}

/** The instants in a reading, in the zone of the report. */
function inZone(r: Reading, reading: string): string {
  return reading.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => {
    const at = ms(instant);
    return at === null ? instant : r.clock.iso(at);
  });
}

/** Every cited place in order of its number, with its neighbours as long as the budget of characters lasts. */
export function evidenceView(r: Reading, titles: ReadonlyMap<string, string>): readonly EvidenceItem[] {
  const excerpts = new Map(r.case.excerpts.map((x) => [x.evidence, x]));
  const order = [...r.cited.values()].sort((a, b) => Number(a.evidence.id.slice(1)) - Number(b.evidence.id.slice(1)) || (a.evidence.id < b.evidence.id ? -1 : 1));
  let spent = 0;
  return order.map(({ evidence, by }) => {
    const excerpt = excerpts.get(evidence.id);
    const lines = linesOf(evidence, excerpt, spent < charactersAll);
    spent += lines.reduce((sum, line) => sum + line.text.length, 0);
    const place = evidence.line !== undefined ? r.t('report.evidence.line', { n: evidence.line }) : evidence.offset !== undefined && evidence.offset > 0 ? r.t('report.evidence.offset', { n: evidence.offset }) : '';
    return {
      id: evidence.id,
      artifact: evidence.artifact,
      place,
      basis: evidence.basis,
      basisWord: r.t(`report.basis.${evidence.basis}`),
      lines,
      facts: [
        ...(excerpt?.host == null ? [] : [{ term: r.t('report.column.host'), value: excerpt.host }]),
        ...(excerpt?.timeReading == null ? [] : [{ term: r.t('report.evidence.time'), value: inZone(r, excerpt.timeReading) }]),
        ...(excerpt?.sha256 == null ? [] : [{ term: 'SHA-256', value: excerpt.sha256 }]),
      ],
      citedBy: [...by].map((id) => titles.get(id) ?? id),
    };
  });
}
