import type { Case } from '../../case/model.js';
import { manifestView, appendixView } from './appendix.js';
import type { Section } from './blocks.js';
import { causesView } from './causes.js';
import { decisionView, type Decision } from './decision.js';
import { evidenceView, type EvidenceItem } from './evidence.js';
import { headerView, type Header } from './header.js';
import { impactView } from './impact.js';
import { actionsView, auditView, lessonsView, notCheckedView } from './lessons.js';
import { readCase, type Medium, type Reading } from './reading.js';
import type { Rich } from './rich.js';
import { runbookView } from './runbook.js';
import { summaryView } from './summary.js';
import { findingsView, membersView, snapshotsView } from './tables.js';
import { durationsView, timelineView } from './timeline.js';

/** Everything that a report shows, in the order of reading, before any sink escapes it. */
export interface ReportView {
  readonly reading: Reading;
  readonly header: Header;
  readonly summary: readonly Rich[];
  readonly decision: Decision;
  readonly sections: readonly Section[];
  readonly evidence: readonly EvidenceItem[];
  /** How many sections wait for people. */
  readonly openForPeople: number;
}

/** The report of a case in the case's own language, for a screen or shorter for paper. */
export function reportView(theCase: Case, notes: Readonly<Record<string, string>> = {}, medium: Medium = 'screen'): ReportView {
  const r = readCase(theCase, notes, medium);
  const header = headerView(r);
  const summary = summaryView(r);
  const decision = decisionView(r);
  const sections = [
    impactView(r), runbookView(r), timelineView(r), durationsView(r), causesView(r), snapshotsView(r), membersView(r), findingsView(r),
    auditView(r), lessonsView(r), actionsView(r), notCheckedView(r),
  ].filter((s) => s !== null);
  const titles = new Map([['summary', r.t('report.section.summary')], ['decision', r.t('report.section.decision')], ...sections.map((s) => [s.id, s.title] as const)]);
  const evidence = evidenceView(r, titles);
  const evidenceSection: Section = { id: 'evidence', title: r.t('report.section.evidence'), lead: r.rich(evidence.length === 0 ? 'report.evidence.none' : 'report.evidence.lead'), blocks: evidence.length === 0 ? [] : [{ kind: 'evidence' }] };
  const all = [...sections, evidenceSection, manifestView(r), appendixView(r)];
  return {
    reading: r, header, summary, decision, sections: all, evidence,
    openForPeople: all.flatMap((s) => s.blocks).filter((b) => b.kind === 'human' && (b.answer === null || b.answer.trim() === '')).length,
  };
}
