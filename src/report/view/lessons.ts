import type { Block, Section } from './blocks.js';
import type { BackupAudit } from '../../case/model.js';
import { runMark } from '../charts/glyphs.js';
import { displayPath } from './paths.js';
import { code, plain, type Rich } from './rich.js';
import { unbroken } from './times.js';
import type { Reading } from './reading.js';

const count = (audit: BackupAudit, ...states: readonly BackupAudit['runs'][number]['state'][]): number => audit.runs.filter((run) => states.includes(run.state)).length;

/** Lines of the table of runs. */
const runsShown = 40;

/** The strip of runs as a table: runs of one kind in a row share a line. */
function runsTable(r: Reading, audit: BackupAudit): Block {
  const groups: { host: string | null; state: BackupAudit['runs'][number]['state']; first: string | null; last: string | null; n: number; evidence: BackupAudit['runs'][number]['evidence'] }[] = [];
  // Host by host: runs of several hosts take turns, and would never stand in a row.
  for (const run of [...new Set(audit.runs.map((one) => one.host))].flatMap((host) => audit.runs.filter((one) => one.host === host))) {
    const group = groups.at(-1);
    if (group !== undefined && group.state === run.state && group.host === run.host) Object.assign(group, { last: run.due, n: group.n + 1, evidence: [...group.evidence, ...run.evidence] });
    else groups.push({ host: run.host, state: run.state, first: run.due, last: run.due, n: 1, evidence: run.evidence });
  }
  const shown = groups.slice(-runsShown);
  return {
    kind: 'table',
    table: {
      caption: r.t('report.audit.runs'),
      columns: [{ title: r.t('report.column.due-run', { offset: r.clock.offset }), kind: 'narrow' }, { title: r.t('report.column.state-run') }, { title: r.t('report.column.host'), kind: 'host' }, { title: r.t('report.column.evidence'), kind: 'where' }],
      rows: shown.map((g) => {
        const [shape, tone] = runMark(g.state) ?? (['dot', 'plain'] as const);
        return { cells: [{ text: plain(unbroken(r.clock.window({ notBefore: g.first, notAfter: g.last }))) }, { text: plain(g.n > 1 ? `× ${r.number(g.n)}` : ''), mark: { shape, tone, word: r.t(`report.run.${g.state}`) } }, { text: plain(g.host ?? r.t('report.unknown')) }, { text: g.evidence.length === 0 ? plain('–') : r.cite('audit', g.evidence) }] };
      }),
      ...(groups.length > shown.length ? { note: r.rich('report.audit.runs.folded', { shown: shown.length, all: groups.length }) } : {}),
    },
  };
}

/** The backup audit: the job, one strip of runs, and what it proves. */
export function auditView(r: Reading): Section | null {
  const audit = r.case.backupAudit;
  if (audit === null) return null;
  type Drawn = 'tick' | 'missed' | 'empty' | 'torn' | 'cross';
  const points: { shape: Drawn; tone: 'ok' | 'bad' | 'plain'; title: Rich; text: Rich }[] = [];
  const say = (n: number, key: string, shape: Drawn, tone: 'ok' | 'bad' | 'plain'): void => {
    if (n > 0) points.push({ shape, tone, title: r.rich(n === 1 ? `report.audit.${key}.one` : `report.audit.${key}`, { n: r.number(n) }), text: r.rich(`report.audit.${key}.text`) });
  };
  say(count(audit, 'good'), 'good', 'tick', 'ok');
  say(count(audit, 'cut', 'damaged'), 'bad', count(audit, 'cut') > 0 ? 'torn' : 'cross', 'bad');
  say(count(audit, 'missed'), 'missed', 'missed', 'plain');
  say(count(audit, 'hung', 'empty'), 'hung', 'empty', 'plain');
  const jobs: Block = {
    kind: 'table',
    table: {
      caption: r.t('report.audit.jobs'),
      columns: [{ title: r.t('report.column.host'), kind: 'host' }, { title: r.t('report.column.schedule'), kind: 'narrow' }, { title: r.t('report.column.command'), kind: 'wide' }, { title: r.t('report.column.target') }, { title: r.t('report.column.keep'), number: true }],
      rows: audit.jobs.slice(0, 30).map((job) => ({
        cells: [
          { text: plain(job.host ?? r.t('report.unknown')) }, { text: job.schedule === null ? plain(r.t('report.unknown')) : code(job.schedule) },
          { text: [...code(job.command), ...r.cite('audit', job.evidence)] }, { text: job.target === null ? plain(r.t('report.unknown')) : code(job.target) }, { text: plain(job.keep === null ? r.t('report.unknown') : r.number(job.keep)) },
        ],
      })),
    },
  };
  const period = audit.jobs.find((j) => j.periodSeconds !== null)?.periodSeconds ?? null;
  return {
    id: 'audit',
    title: r.t('report.section.audit'),
    lead: period === null ? r.rich('report.audit.lead.no-schedule') : r.rich('report.audit.lead', { every: r.span(period) }),
    blocks: [...(audit.runs.length > 0 ? [{ kind: 'chart', name: 'backups' } as const] : []), ...(points.length > 0 ? [{ kind: 'points', points } as const] : []), ...(audit.runs.length > 0 ? [runsTable(r, audit)] : []), ...(audit.jobs.length > 0 ? [jobs] : [])],
  };
}

/** What went well, wrong and lucky: seeded from facts only; the judgement is left to people. */
export function lessonsView(r: Reading): Section {
  const { causes, candidates, backupAudit, recommendation, inputUnchanged } = r.case;
  const well: Rich[] = [];
  const wrong: Rich[] = [];
  const lucky: Rich[] = [];
  const usable = candidates.filter((c) => c.usable);
  if (usable.length > 0) well.push(r.rich('report.lessons.usable', { n: usable.length, all: candidates.length }));
  if (inputUnchanged) well.push(r.rich('report.lessons.unchanged'));
  if (r.case.rehearsal?.passed === true) well.push(r.rich('report.lessons.rehearsed', { version: r.case.rehearsal.etcdVersion }));
  for (const cause of causes) if (cause.confidence !== 'rejected' && (cause.role === 'contributing' || cause.role === 'detection')) wrong.push([...r.said(cause.summary), ...r.cite('lessons', cause.evidence.slice(0, 2))]);
  if (backupAudit !== null) {
    const missed = count(backupAudit, 'missed');
    const hung = count(backupAudit, 'hung', 'empty');
    if (missed > 0) wrong.push(r.rich('report.lessons.missed', { n: r.number(missed) }));
    if (hung > 0) wrong.push(r.rich('report.lessons.hung', { n: r.number(hung) }));
  }
  if (usable.length === 1 && r.pick !== null) lucky.push(r.rich('report.lessons.only-one', { path: displayPath(r.pick) }));
  const keep = backupAudit?.jobs.find((j) => j.keep !== null)?.keep ?? null;
  if (keep !== null && recommendation.kind === 'restore-snapshot') lucky.push(r.rich('report.lessons.rotation', { keep }));
  const list = (key: string, items: readonly Rich[], note: string): Block[] => [
    { kind: 'heading', text: r.t(`report.lessons.${key}`) },
    ...(items.length > 0 ? [{ kind: 'list', items } as const] : []),
    { kind: 'human', prompt: r.t(`report.human.${note}`), answer: r.notes[note] ?? null },
  ];
  return { id: 'lessons', title: r.t('report.section.lessons'), lead: r.rich('report.lessons.lead'), blocks: [...list('well', well, 'went-well'), ...list('wrong', wrong, 'went-wrong'), ...list('lucky', lucky, 'lucky')] };
}

/** Actions seeded from what prevents each held cause; owner and date are for people. */
export function actionsView(r: Reading): Section {
  const seen = new Set<string>();
  const rows = r.case.causes
    .filter((c) => c.confidence !== 'rejected' && c.prevention !== null)
    .flatMap((c) => (c.prevention === null || seen.has(c.prevention.text) ? [] : (seen.add(c.prevention.text), [{ action: r.said(c.prevention), because: r.said(c.summary), cites: r.cite('actions', c.evidence.slice(0, 2)) }])));
  return {
    id: 'actions',
    title: r.t('report.section.actions'),
    lead: rows.length === 0 ? r.rich('report.actions.none') : null,
    blocks: [
      ...(rows.length === 0 ? [] : [{
        kind: 'table',
        table: {
          caption: r.t('report.section.actions'),
          fold: 'phone',
          columns: [{ title: r.t('report.column.action'), kind: 'wide' }, { title: r.t('report.column.because') }, { title: r.t('report.column.owner'), kind: 'narrow' }, { title: r.t('report.column.due'), kind: 'narrow' }],
          rows: rows.map((row) => ({ cells: [{ text: row.action }, { text: [...row.because, ...row.cites] }, { text: plain(r.t('report.open')) }, { text: plain(r.t('report.open')) }] })),
        },
      } as const]),
      { kind: 'human', prompt: r.t('report.human.actions'), answer: r.notes['actions'] ?? null },
    ],
  };
}

/** What nobody looked at: never green, always with the way to find out. */
export function notCheckedView(r: Reading): Section {
  const items = [...(r.case.rehearsal === null && r.case.plan !== null && r.case.plan.steps.length > 0 ? [r.rich('report.not-checked.rehearsal')] : []), ...r.case.notChecked.map((said) => r.said(said))];
  return {
    id: 'unchecked',
    title: r.t('report.section.unchecked'),
    lead: items.length === 0 ? r.rich('report.not-checked.none') : null,
    blocks: items.length === 0 ? [] : [{ kind: 'points', points: items.map((text) => ({ shape: 'ring', tone: 'plain', title: [], text })) }],
  };
}
