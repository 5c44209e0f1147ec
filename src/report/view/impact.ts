import type { Basis } from '../../case/model.js';
import type { Section } from './blocks.js';
import { plain, type Rich } from './rich.js';
import type { Reading } from './reading.js';

/** What the outage means for those who depend on the cluster; what only people know is left to them. */
export function impactView(r: Reading): Section {
  const { case: c } = r;
  const started = c.outage.start.notBefore !== null || c.outage.start.notAfter !== null;
  const down = started && c.outage.end === null;
  const bad = c.outage.firstKnownBad?.evidence.slice(0, 2) ?? [];
  const rows: { who: string; text: Rich; basis: Basis | 'unknown' }[] = [];
  if (started) {
    rows.push({ who: r.t('report.impact.control-plane'), text: [...r.rich(down ? 'report.impact.control-plane.down' : 'report.impact.control-plane.was'), ...r.cite('impact', bad)], basis: bad.length > 0 ? 'observed' : 'inferred' });
    rows.push({ who: r.t('report.impact.workloads'), text: r.rich('report.impact.workloads.run-on'), basis: 'inferred' });
  } else rows.push({ who: r.t('report.impact.control-plane'), text: r.rich('report.impact.not-proven'), basis: 'unknown' });
  if (c.backupAudit !== null && c.backupAudit.realSeconds !== null && c.backupAudit.promisedSeconds !== null && c.backupAudit.realSeconds > c.backupAudit.promisedSeconds) {
    rows.push({ who: r.t('report.impact.backups'), text: r.rich('report.impact.backups.gap', { real: r.span(c.backupAudit.realSeconds), promised: r.span(c.backupAudit.promisedSeconds) }), basis: 'inferred' });
  }
  const collected = new Set(c.manifest.flatMap((f) => (f.host === null ? [] : [f.host])));
  const absent = [...new Set([...c.hosts.map((h) => h.name), ...c.members.flatMap((m) => (m.host === null ? [] : [m.host]))])].filter((h) => !collected.has(h));
  if (absent.length > 0) rows.push({ who: absent.slice(0, 8).join(r.t('report.comma')), text: r.rich('report.impact.absent'), basis: 'unknown' });
  return {
    id: 'impact',
    title: r.t('report.section.impact'),
    lead: null,
    blocks: [
      {
        kind: 'table',
        table: {
          caption: r.t('report.section.impact'),
          columns: [{ title: r.t('report.column.who'), kind: 'label' }, { title: r.t('report.column.effect') }, { title: r.t('report.column.basis'), kind: 'narrow' }],
          rows: rows.map((row) => ({ cells: [{ text: [{ strong: row.who }] }, { text: row.text }, row.basis === 'unknown' ? { text: plain(r.t('report.unknown')) } : { text: [], basis: row.basis }] })),
        },
      },
      { kind: 'human', prompt: r.t('report.human.impact'), answer: r.notes['impact'] ?? null },
    ],
  };
}
