import type { Draft } from '../case/draft.js';
import type { Cause, Finding, Said } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { auditBackups, type BackupAuditResult } from './audit/index.js';
import { causeOf } from './cause.js';
import { findingsOf } from './findings/collect.js';
import { versionFindings } from './findings/versions.js';
import { asHearsay, withHearsay } from './hearsay.js';
import { notChecked } from './not-checked.js';
import { withoutOutlived } from './outlived.js';
import { rankHypotheses } from './rank.js';
import { rules } from './rules/index.js';
import { unknownCause } from './unknown.js';
import { viewOf, type Timeline } from './view.js';
import { weigh } from './weigh.js';

export type { Timeline } from './view.js';

/** What the diagnosis adds to the case. */
export interface Diagnosis {
  /** Most likely first: trigger, damage, contributing factors, after-effects, detection; rejected ones last. */
  readonly causes: readonly Cause[];
  readonly findings: readonly Finding[];
  /** The audit of the backups; what a cause says already is not among its findings. */
  readonly audit: BackupAuditResult;
  /** What was not in the bundle and would have decided, each with the command that collects it. */
  readonly notChecked: readonly Said[];
}

/** Weighs every rule against the draft. Pure: the same draft gives the same answer. */
export function diagnose(draft: Draft, timeline: Timeline, language: Language): Diagnosis {
  const audit = auditBackups(draft, timeline.outage, language);
  const view = viewOf(draft, timeline, audit);
  const heard = withHearsay(view);
  const found = rules.map((rule) => weigh(rule, view) ?? (heard === null ? null : asHearsay(weigh(rule, heard)))).filter((hypothesis) => hypothesis !== null).map((hypothesis) => withoutOutlived(hypothesis, view));
  const ranked = rankHypotheses(found);
  const causes = ranked.map((hypothesis) => causeOf(hypothesis, view, language));
  const unknown = unknownCause(ranked, view, language);
  return {
    causes: unknown === null ? causes : insertUnknown(causes, unknown),
    findings: [...findingsOf(view, language), ...versionFindings(view, new Set(causes.filter((cause) => cause.confidence !== 'rejected').map(({ id }) => id)), language)],
    audit: { ...audit, findings: audit.findings.filter((found) => !saidBy(found.code, causes)) },
    notChecked: notChecked(view, ranked, language),
  };
}

/** Behind the damage that is known and the triggers that are possible, before what let it happen. */
function insertUnknown(causes: readonly Cause[], unknown: Cause): readonly Cause[] {
  const tells = (cause: Cause): boolean => cause.confidence !== 'rejected' && (cause.role === 'trigger' || cause.role === 'damage');
  return [...causes.filter(tells), unknown, ...causes.filter((cause) => !tells(cause))];
}

/** Findings of the audit that a cause says in other words. */
const causeOfFinding: Readonly<Record<string, string>> = { 'audit.same-disk': 'backups-same-disk', 'audit.no-timeout': 'backup-job-hangs' };

function saidBy(code: string, causes: readonly Cause[]): boolean {
  return causes.some((cause) => cause.id === causeOfFinding[code] && cause.confidence !== 'rejected');
}
