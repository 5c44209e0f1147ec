import type { Cause } from '../../case/model.js';
import type { Block, Row, Section } from './blocks.js';
import { confidenceCells } from './header.js';
import { code, joined, plain, richPlain, strong, type Rich } from './rich.js';
import { placeOf } from './timeline.js';
import type { Reading } from './reading.js';

const roles: readonly Cause['role'][] = ['trigger', 'damage', 'contributing', 'after-effect', 'detection'];
const linesShown = 3;

/** Cited lines as words: the text of each, shortened only at the end of a long log line, and its mark. */
function proofs(r: Reading, evidence: Cause['evidence'], otherwise: Rich): Rich {
  if (evidence.length === 0) return otherwise;
  const shown = evidence.slice(0, linesShown);
  const lines = shown.map((e): Rich => [...code(e.text.length > 140 ? `${e.text.slice(0, 138)} …` : e.text === '' ? (placeOf(e) ?? '') : e.text), ...r.cite('causes', [e])]);
  const rest = evidence.slice(linesShown);
  return [...joined(lines, r.t('report.semicolon')), ...(rest.length === 0 ? [] : [...plain(r.t('report.semicolon')), ...r.cite('causes', rest)])];
}

function causeRow(r: Reading, cause: Cause): Row {
  const missing = cause.missing.length === 0 ? [] : [...r.rich('report.causes.would-decide'), ...joined(cause.missing.map((m) => r.said(m)), ' ')];
  const fix = cause.fix === null || cause.confidence === 'rejected' ? [] : [...plain(' · '), ...r.rich('report.causes.repair'), ...r.said(cause.fix)];
  const against = proofs(r, cause.against, cause.confidence === 'rejected' ? r.rich('report.causes.no-support') : r.rich('report.causes.nothing-against'));
  return {
    quiet: cause.confidence === 'rejected',
    cells: [
      { text: plain(r.t(`report.confidence.${cause.confidence}`)), confidence: confidenceCells[cause.confidence] },
      { text: strong(richPlain(r.said(cause.summary))), below: [...plain(r.t(`report.role.${cause.confidence === 'rejected' ? 'rejected' : cause.role}`)), ...fix] },
      { text: proofs(r, cause.evidence, plain('–')) },
      { text: against, ...(missing.length === 0 ? {} : { below: missing }) },
    ],
  };
}

export function causesView(r: Reading): Section {
  const held = r.case.causes.filter((c) => c.confidence !== 'rejected');
  const rejected = r.case.causes.filter((c) => c.confidence === 'rejected');
  const byRole = roles.flatMap((role) => held.filter((c) => c.role === role).sort((a, b) => confidenceCells[b.confidence] - confidenceCells[a.confidence]));
  const table = (caption: string, causes: readonly Cause[]): Block => ({
    kind: 'table',
    table: {
      caption,
      columns: [{ title: r.t('report.column.confidence'), kind: 'narrow' }, { title: r.t('report.column.cause'), kind: 'cause' }, { title: r.t('report.column.for'), kind: 'wide' }, { title: r.t('report.column.against') }],
      rows: causes.map((c) => causeRow(r, c)),
    },
  });
  return {
    id: 'causes',
    title: r.t('report.section.causes'),
    lead: byRole.length === 0 ? r.rich('report.causes.none') : null,
    blocks: [
      ...(byRole.length === 0 ? [] : [table(r.t('report.section.causes'), byRole)]),
      ...(rejected.length === 0 ? [] : [{ kind: 'heading', text: r.t('report.causes.rejected') } as const, table(r.t('report.causes.rejected'), rejected)]),
    ],
  };
}
