import type { Severity } from '../../case/model.js';

/**
 * Every finding code and how grave it is. The words are `finding.CODE.message|meaning|act` in the
 * catalogues; docs/findings.md is made from both, and a test fails when one of them lacks the other.
 */
export const findingSeverity = {
  'intake.unreadable': 'warning',
  'intake.link': 'info',
  'intake.special-file': 'info',
  'intake.unknown-entry-type': 'warning',
  'intake.name-traversal': 'error',
  'intake.name-drive': 'warning',
  'intake.name-too-long': 'warning',
  'intake.name-empty': 'warning',
  'intake.name-absolute': 'info',
  'intake.name-not-utf8': 'warning',
  'intake.duplicate-name': 'warning',
  'intake.encrypted': 'warning',
  'intake.zip-method': 'warning',
  'intake.zip-overlap': 'error',
  'intake.archive-broken': 'error',
  'intake.entry-broken': 'error',
  'intake.entry-cut': 'error',
  'intake.file-too-large': 'warning',
  'intake.no-disk-space': 'error',
  'intake.ratio': 'error',
  'intake.too-deep': 'warning',
  'intake.too-many-bytes': 'error',
  'intake.too-many-entries': 'error',
  'installation.sources-differ': 'warning',
  'installation.leftover': 'info',
  'installation.second-unit': 'warning',
  'installation.members-differ': 'error',
} as const satisfies Readonly<Record<string, Severity>>;

export type FindingCode = keyof typeof findingSeverity;

/** Severity of a code; an unknown one is a warning. */
export function severityOf(code: string): Severity {
  return (findingSeverity as Readonly<Record<string, Severity>>)[code] ?? 'warning';
}
