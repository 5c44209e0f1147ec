import type { Basis, Candidate, Evidence, MemberInfo, Setting, Severity } from '../../case/model.js';
import type { Row, Section } from './blocks.js';
import { markOf } from './decision.js';
import { whatToDo } from './finding.js';
import { lostTime } from './loss.js';
import { displayPath, shortNames } from './paths.js';
import { code, joined, plain, richPlain, strong, type Rich } from './rich.js';
import { ms, unbroken } from './times.js';
import type { Reading } from './reading.js';

/** Rows of one evidence table; `case.json` holds all. */
const candidatesShown = 120;
const findingsShown = 100;

function lossText(r: Reading, c: Candidate): string {
  if (!c.usable) return r.t('report.not-usable');
  if (c.loss === null) return r.t('report.unknown');
  const { revisions } = c.loss;
  const parts = [lostTime(r, c.loss), revisions === null ? null : r.t('report.revisions', { n: r.number(revisions) })].filter((p) => p !== null);
  return parts.length === 0 ? r.t('report.unknown') : parts.join(' · ');
}

function candidateRow(r: Reading, c: Candidate, name: string): Row {
  const empty = c.verdict === 'empty';
  const number = (n: number | null): Rich => plain(n === null ? (empty ? '–' : r.t('report.unknown')) : r.number(n));
  const taken = ms(c.takenAt.best) ?? ms(c.takenAt.notBefore);
  const pick = c === r.pick;
  const reasons = c.reasons.slice(0, 3).map((said) => r.said(said));
  const message = c.boot?.message ?? null;
  const why = [...reasons, ...(message === null || reasons.some((one) => richPlain(one).includes(message)) ? [] : [code(message)])];
  return {
    pick,
    cells: [
      { text: [{ code: name }], ...(pick ? { tag: r.t('report.the-pick') } : {}), below: [...plain(c.host === null ? '' : c.host), ...r.cite('snapshots', c.evidence.slice(0, 2))] },
      { text: [], mark: markOf(r, c), ...(why.length === 0 ? {} : { below: joined(why, ' ') }) },
      { text: number(c.revision) },
      { text: number(c.totalKeys) },
      { text: plain(taken === null ? (empty ? '–' : r.t('report.unknown')) : unbroken(r.clock.short(taken))), ...(taken === null ? {} : { time: new Date(taken).toISOString() }) },
      { text: plain(r.number(c.size)) },
      { text: plain(lossText(r, c)) },
    ],
  };
}

/** The choice, then what can be used, then what cannot; each with the newest state first. */
function bestFirst(r: Reading): readonly Candidate[] {
  const rank = (c: Candidate): number => (c === r.pick ? 0 : c.usable ? 1 : c.revision !== null ? 2 : 3);
  return [...r.case.candidates].sort((a, b) => rank(a) - rank(b) || (b.revision ?? 0) - (a.revision ?? 0) || (a.path < b.path ? -1 : 1));
}

export function snapshotsView(r: Reading): Section {
  const { candidates, revisions } = r.case;
  const shown = bestFirst(r).slice(0, candidatesShown);
  const names = shortNames(candidates);
  return {
    id: 'snapshots',
    title: r.t('report.section.snapshots'),
    lead: candidates.length === 0 ? r.rich('report.snapshots.none') : r.rich('report.snapshots.lead'),
    blocks: [
      ...(revisions.length > 1 ? [{ kind: 'chart', name: 'revisions' } as const] : []),
      ...(candidates.length === 0 ? [] : [{
        kind: 'table',
        table: {
          caption: r.t('report.section.snapshots'),
          columns: [
            { title: r.t('report.column.candidate'), kind: 'path' }, { title: r.t('report.column.verdict') }, { title: r.t('report.column.revision'), number: true },
            { title: r.t('report.column.keys'), number: true }, { title: r.t('report.column.content', { offset: r.clock.offset }), kind: 'narrow' },
            { title: r.t('report.column.size-bytes'), number: true }, { title: r.t('report.column.lost'), kind: 'loss' },
          ],
          rows: shown.map((c) => candidateRow(r, c, names.get(c.id) ?? displayPath(c))),
          note: candidates.length > shown.length ? r.rich('report.snapshots.folded', { shown: shown.length, all: r.number(candidates.length) }) : r.rich('report.snapshots.note'),
        },
      } as const]),
    ],
  };
}

const settingNames = ['dataDir', 'walDir', 'peerUrl', 'clientUrls', 'initialCluster', 'initialClusterToken', 'owner', 'caFile', 'certFile', 'keyFile', 'etcdctl', 'etcdutl', 'image', 'unit', 'manifestPath'] as const;

interface Held {
  readonly value: string;
  readonly basis: Basis;
  readonly hosts: string[];
  readonly evidence: Evidence[];
}

/** One row for each value that a setting has; members that agree share it. */
function settingRows(r: Reading, members: readonly MemberInfo[]): readonly Row[] {
  return settingNames.flatMap((name): readonly Row[] => {
    const values: Held[] = [];
    for (const m of members) {
      const setting = m.settings[name] as Setting<string | readonly string[]> | null;
      if (setting === null) continue;
      const value = typeof setting.value === 'string' ? setting.value : setting.value.join(',');
      const same = values.find((one) => one.value === value && one.basis === setting.basis);
      const host = m.host ?? m.name ?? '–';
      const held = same ?? { value, basis: setting.basis, hosts: [], evidence: [] };
      if (same === undefined) values.push(held);
      held.hosts.push(host);
      held.evidence.push(...setting.evidence);
    }
    return values.map((one) => ({
      cells: [
        { text: plain(r.t(`report.setting.${name}`)) }, ...(members.length > 1 ? [{ text: plain(one.hosts.length === members.length ? r.t('report.every-host') : one.hosts.join(r.t('report.comma'))) }] : []),
        { text: [...code(one.value), ...r.cite('members', one.evidence)] }, { text: [], basis: one.basis },
      ],
    }));
  });
}

export function membersView(r: Reading): Section {
  const { members } = r.case;
  const id = (value: string | null): Rich => (value === null ? plain(r.t('report.unknown')) : code(value));
  return {
    id: 'members',
    title: r.t('report.section.members'),
    lead: members.length === 0 ? r.rich('report.members.none') : null,
    blocks: members.length === 0 ? [] : [
      {
        kind: 'table',
        table: {
          caption: r.t('report.section.members'),
          columns: [{ title: r.t('report.column.host') }, { title: r.t('report.column.member') }, { title: r.t('report.column.member-id') }, { title: r.t('report.column.cluster-id') }, { title: r.t('report.column.version') }, { title: r.t('report.column.state') }],
          rows: members.map((m) => ({ cells: [{ text: [...strong(m.host ?? r.t('report.unknown')), ...r.cite('members', m.evidence.slice(0, 2))] }, { text: id(m.name) }, { text: id(m.memberId) }, { text: id(m.clusterId) }, { text: plain(m.version ?? r.t('report.unknown')) }, { text: plain(r.t(`report.state.${m.state}`)) }] })),
        },
      },
      {
        kind: 'table',
        table: {
          caption: r.t('report.members.settings'),
          columns: [{ title: r.t('report.column.setting'), kind: 'label' }, ...(members.length > 1 ? [{ title: r.t('report.column.host'), kind: 'host' } as const] : []), { title: r.t('report.column.value'), kind: 'wide' }, { title: r.t('report.column.basis'), kind: 'narrow' }],
          rows: settingRows(r, members.slice(0, 9)),
        },
      },
    ],
  };
}

const severities: readonly Severity[] = ['critical', 'error', 'warning', 'info'];
const severityMark = { critical: ['cross', 'bad'], error: ['cross', 'bad'], warning: ['warning', 'warn'], info: ['ring', 'plain'] } as const;

/** Contradictions between sources and everything else that was found, worst first. */
export function findingsView(r: Reading): Section {
  const sorted = severities.flatMap((s) => r.case.findings.filter((f) => f.severity === s));
  const shown = sorted.slice(0, findingsShown);
  return {
    id: 'findings',
    title: r.t('report.section.findings'),
    lead: shown.length === 0 ? r.rich('report.findings.none') : null,
    blocks: shown.length === 0 ? [] : [{
      kind: 'table',
      table: {
        caption: r.t('report.section.findings'),
        columns: [{ title: r.t('report.column.severity'), kind: 'narrow' }, { title: r.t('report.column.finding'), kind: 'most' }, { title: r.t('report.column.code') }],
        rows: shown.map((f, i) => {
          const [shape, tone] = severityMark[f.severity];
          const next = shown[i + 1];
          const act = whatToDo(r, f);
          // The bugs of one version have one remedy: it is said below the last of them.
          const below = next !== undefined && richPlain(whatToDo(r, next)) === richPlain(act) ? [] : act;
          return { cells: [{ text: [], mark: { shape, tone, word: r.t(`report.severity.${f.severity}`) } }, { text: [...r.said({ ...f.said, text: f.message }), ...r.cite('findings', f.evidence)], ...(below.length === 0 ? {} : { below }) }, { text: code(f.code) }] };
        }),
        ...(sorted.length > shown.length ? { note: r.rich('report.findings.folded', { shown: shown.length, all: r.number(sorted.length) }) } : {}),
      },
    }],
  };
}
