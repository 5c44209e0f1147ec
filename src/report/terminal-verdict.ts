import type { Candidate, Case } from '../case/model.js';
import { outcomeOf } from '../case/no-restore.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { terminalText } from './escape/terminal.js';
import { terminalWidth, wrapTerminal } from './terminal-width.js';
import { whatToDo } from './view/finding.js';
import { outageLength, rehearsed } from './view/header.js';
import { lostTime, openLimit } from './view/loss.js';
import { displayPath, isElsewhere, shortNames } from './view/paths.js';
import { readCase, type Reading } from './view/reading.js';
import { richPlain } from './view/rich.js';
import { ms } from './view/times.js';

export interface VerdictOptions {
  /** Base ANSI colours; off for NO_COLOR, TERM=dumb and pipes. */
  readonly color: boolean;
  /** Width of the terminal; never more than 79 columns are used. */
  readonly columns?: number;
  /** Language of the labels; the sentences are in the language of the case. */
  readonly language?: Language;
  /** False in a locale without UTF-8: marks become words in brackets. */
  readonly unicode?: boolean;
  /** `out/postmortem.html`, when it was written. */
  readonly report?: string | null;
  /** `out/restore/restore-host.sh`, or the folder when there are several. */
  readonly scripts?: string | null;
}

const marks = { '✓': '[ok]', '▰': '[cut]', '?': '[?]', '✗': '[bad]', '·': '[-]' } as const;
type Mark = keyof typeof marks;
type Style = 'plain' | 'outage' | 'answer' | 'refused' | 'urgent' | 'other';

interface Line {
  readonly style: Style;
  readonly label: string;
  readonly mark?: Mark;
  /** Printed bold with the mark in colour. */
  readonly strong?: string;
  readonly text: string;
}

const paint = (code: string, text: string): string => (text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`);

function markOf(candidate: Candidate): Mark {
  if (candidate.verdict === 'truncated') return '▰';
  if (candidate.usable) return '·';
  return candidate.verdict === 'empty' || candidate.verdict === 'digest-absent' ? '?' : '✗';
}

/** The candidate that one would have taken instead: the first newer one that was refused, else the first named. */
function refused(r: Reading): Line | null {
  const newest = ms(r.pick?.takenAt.best) ?? Number.NEGATIVE_INFINITY;
  const named = r.case.recommendation.whyNot.flatMap((one) => {
    const candidate = r.case.candidates.find((c) => c.id === one.candidate || c.path === one.candidate || c.sha256 === one.candidate);
    return candidate === undefined || candidate === r.pick ? [] : [{ candidate, text: richPlain(r.said(one.said)) }];
  });
  const newer = named.find(({ candidate: c }) => c.kind === 'snapshot' && c.verdict !== 'empty' && (ms(c.takenAt.best) ?? ms(c.takenAt.notBefore) ?? Number.NEGATIVE_INFINITY) > newest);
  const one = newer ?? named.find(({ candidate: c }) => !c.usable && c.verdict !== 'empty') ?? named[0];
  if (one === undefined) return null;
  const name = shortNames(r.case.candidates).get(one.candidate.id) ?? displayPath(one.candidate);
  const text = newer !== undefined ? r.t(`terminal.not.newer.${one.candidate.usable ? 'usable' : one.candidate.verdict}`, { name }) : `${name}${r.t('report.colon')}${one.text}`;
  return { style: 'refused', label: r.t('terminal.not'), mark: markOf(one.candidate), text };
}

function whyText(r: Reading): string {
  const { recommendation, members } = r.case;
  const { pick } = r;
  const scripted = r.case.plan !== null && r.case.plan.steps.length > 0;
  if (recommendation.kind !== 'restore-snapshot' || pick === null) return recommendation.why[0]?.text ?? r.t('report.unknown');
  const cluster = members.find((m) => m.clusterId !== null)?.clusterId ?? null;
  const facts = [
    r.t(`terminal.why.${pick.verdict === 'intact' ? 'intact' : 'other'}`, { verdict: r.t(`report.verdict.${pick.verdict}`) }),
    ...(pick.totalKeys === null ? [] : [r.t('terminal.why.keys', { n: r.number(pick.totalKeys) })]),
    ...(cluster !== null && pick.clusterId === cluster ? [r.t('terminal.why.same-cluster')] : []),
  ];
  return `${facts.join(r.t('terminal.comma'))}${scripted ? `${r.t('report.semicolon')}${r.t(`report.rehearsed.${rehearsed(r)}`)}` : ''}`;
}

function lostText(r: Reading): string {
  const { loss } = r.case.recommendation;
  if (loss === null) return r.t('report.unknown');
  const limit = openLimit(r);
  if (limit !== null) return limit;
  if (loss.revisions === 0) return r.t('terminal.lost.nothing');
  const objects = loss.objects === null ? 0 : loss.objects.created + loss.objects.changed + loss.objects.deleted;
  const revisions = loss.revisions === null ? null : objects > 0 ? r.t('terminal.lost.objects', { n: r.number(loss.revisions), objects: r.number(objects) }) : r.t('report.revisions', { n: r.number(loss.revisions) });
  return [lostTime(r, loss), revisions].filter((part) => part !== null).join(r.t('terminal.comma'));
}

function outageLines(r: Reading): readonly Line[] {
  const { start, end, collectedAt } = r.case.outage;
  const from = ms(start.notBefore);
  const to = ms(start.notAfter);
  const label = r.t('terminal.down');
  if (from === null && to === null) return [{ style: 'outage', label, text: r.t('terminal.down.none') }];
  const last = (end === null ? null : (ms(end.best) ?? ms(end.notAfter))) ?? ms(collectedAt.best) ?? ms(collectedAt.notAfter);
  const when = (at: number): string => `${r.clock.day(at)} ${r.clock.time(at)}`;
  const text = last === null ? r.t('terminal.down.unknown') : r.t(end === null ? 'terminal.down.so-far' : 'terminal.down.ended', { span: outageLength(r).value, time: when(last) });
  const key = from === null ? 'terminal.stopped.before' : to === null ? 'terminal.stopped.after' : 'terminal.stopped';
  return [{ style: 'outage', label, text }, { style: 'plain', label: '', text: r.t(key, { from: from === null ? '' : when(from), to: to === null ? '' : when(to) }) }];
}

function choiceLines(r: Reading): readonly Line[] {
  const { recommendation } = r.case;
  const { pick } = r;
  if (outcomeOf(recommendation) === 'healthy') {
    return [{ style: 'answer', label: r.t('terminal.restore'), mark: '✓', strong: r.t('terminal.nothing-needed'), text: '' }, { style: 'other', label: r.t('terminal.why'), text: whyText(r) }];
  }
  if (recommendation.kind === 'none') {
    const collect = recommendation.missingFacts.slice(0, 2).map((fact): Line => ({ style: 'other', label: r.t('terminal.collect'), text: fact.collect === null ? fact.said.text : `${fact.said.text} ${fact.collect}` }));
    return [{ style: 'refused', label: r.t('terminal.restore'), mark: '?', text: r.t('terminal.nothing-yet') }, ...(collect.length > 0 ? collect : [{ style: 'other' as const, label: r.t('terminal.why'), text: whyText(r) }])];
  }
  const revision = pick?.revision === null || pick === null ? '' : r.t('terminal.revision', { n: r.number(pick.revision) });
  const restores = recommendation.kind === 'restore-snapshot' && pick !== null;
  const choice: Line = restores
    ? { style: 'answer', label: r.t('terminal.restore'), mark: '✓', strong: pick.path, text: revision }
    : { style: 'answer', label: r.t('terminal.do'), mark: '✓', strong: r.t(`report.kind.${recommendation.kind}`), text: pick === null ? '' : pick.path };
  const no = refused(r);
  const onHost: readonly Line[] = pick === null || !isElsewhere(pick) ? [] : [{ style: 'plain', label: '', text: r.t(pick.host === null ? 'terminal.is-path' : 'terminal.is-path-on', { path: displayPath(pick), host: pick.host ?? '' }) }];
  return [choice, ...onHost, { style: 'other', label: r.t('terminal.why'), text: whyText(r) }, ...(no === null ? [] : [no]), ...(recommendation.loss === null && !restores ? [] : [{ style: 'other' as const, label: r.t('terminal.lost'), text: lostText(r) }])];
}

function painted(line: Line, label: string, first: boolean, text: string, mark: string, color: boolean): string {
  if (!color) return `${label}${first && mark !== '' ? `${mark} ` : ''}${text}`.trimEnd();
  const glyph = first && mark !== '' ? `${mark} ` : '';
  switch (line.style) {
    case 'plain': return `${label}${text}`;
    case 'outage': return `${paint('1', label)}${paint('31', text)}`;
    case 'answer': return `${paint('1', label)}${paint('32', glyph)}${paint('1;32', text)}`;
    case 'refused': return `${paint('1', label)}${paint('33', glyph)}${text}`;
    case 'urgent': return `${label.trim() === '' ? label : `${paint('1;7', label.trimEnd())}${label.slice(label.trimEnd().length)}`}${paint('1', text)}`;
    default: return `${paint('1', label)}${text}`;
  }
}

function print(line: Line, indent: number, columns: number, options: VerdictOptions): readonly string[] {
  const mark = line.mark === undefined ? '' : options.unicode === false ? marks[line.mark] : line.mark;
  const head = line.label + ' '.repeat(Math.max(0, indent - terminalWidth(line.label)));
  const markWidth = mark === '' ? 0 : terminalWidth(mark) + 1;
  const words = [line.strong, line.text].filter((part) => part !== undefined && part !== '').join('  ');
  const rows = wrapTerminal(terminalText(words), columns - indent - markWidth);
  return rows.map((row, i) => painted(line, i === 0 ? head : ' '.repeat(indent + markWidth), i === 0, row, mark, options.color));
}

/**
 * The verdict in about ten lines of at most 79 columns: what happened, how long, what to restore and why, what
 * not and why not, what is lost, what comes first, where the report is. With and without colour the same text.
 */
export function terminalVerdict(theCase: Case, options: VerdictOptions): string {
  const language = options.language ?? theCase.language;
  const r = readCase(theCase);
  const columns = Math.max(40, Math.min(79, options.columns ?? 79));
  const indent = language === 'en' ? 9 : 6;
  const hosts = [...new Set(theCase.members.flatMap((m) => (m.host === null ? [] : [m.host])))];
  const shown = hosts.length > 4 ? `${hosts.slice(0, 4).join(', ')} +${hosts.length - 4}` : hosts.join(', ');
  const facts = [...(shown === '' ? [] : [shown]), say(language, `report.installation.${theCase.installation.id}`), `etcd ${theCase.installation.etcdVersion?.value ?? say(language, 'report.version-unknown')}`].join(say(language, 'terminal.comma'));
  const [condition] = theCase.recommendation.conditions;
  const critical = theCase.recommendation.kind === 'restore-snapshot' ? theCase.findings.find((f) => f.severity === 'critical' && f.code.startsWith('audit.')) : undefined;
  const first = condition !== undefined ? richPlain(r.said(condition)) : critical === undefined ? undefined : `${critical.message} ${richPlain(whatToDo(r, critical))}`.trim();
  const lines: Line[] = [
    ...outageLines(r), ...choiceLines(r),
    ...(first === undefined ? [] : [{ style: 'urgent' as const, label: r.t('terminal.first'), text: first }]),
  ];
  const report = options.report == null ? '' : terminalText(options.report);
  const scripts = options.scripts == null ? '' : terminalText(options.scripts);
  const label = (words: string): string => words + ' '.repeat(Math.max(0, indent - terminalWidth(words)));
  const paths = [...(report === '' ? [] : [{ label: r.t('terminal.report'), text: report }]), ...(scripts === '' ? [] : [{ label: r.t('terminal.scripts'), text: scripts }])];
  const oneLine = paths.map((p) => `${label(p.label)}${p.text}`).join('    ');
  const out = [
    ...wrapTerminal(terminalText(theCase.title), columns).map((row) => (options.color ? paint('1', row) : row)),
    ...wrapTerminal(terminalText(`${facts}${say(language, 'terminal.stop')}${language === 'en' ? ' ' : ''}${say(language, 'terminal.times', { offset: r.clock.offset })}`), columns),
    '',
    ...lines.flatMap((line) => print(line, indent, columns, options)),
    ...(terminalWidth(oneLine) <= columns && paths.length > 0
      ? [paths.map((p) => `${options.color ? paint('1', label(p.label)) : label(p.label)}${p.text}`).join('    ')]
      : paths.flatMap((p) => print({ style: 'other', label: p.label, text: p.text }, indent, columns, options))),
  ];
  return `${out.map((row) => row.trimEnd()).join('\n')}\n`;
}
