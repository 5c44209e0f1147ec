import type { Case, CaseEvent } from '../../case/model.js';
import { choiceOf, outcomeOf } from '../../case/no-restore.js';
import { shortNames } from '../../report/view/paths.js';
import { api } from './api.js';
import { candidatesView } from './candidates-view.js';
import { installationWords } from './cases-view.js';
import { chartView } from './chart-view.js';
import { atCaseTime, interval, showZone, time, zoneNote } from './clock.js';
import { h, show, type Child } from './dom.js';
import { evidenceDrawer, type EvidenceDrawer } from './evidence.js';
import { lossWords } from './loss.js';
import { toneGlyph, type Tone } from './marks.js';
import { notesView } from './notes-view.js';
import { runbookLength, runbookView } from './runbook-view.js';
import { sideNav } from './side-nav.js';
import { count, language, t } from './words.js';

const exportsOf = ['html', 'pdf', 'md', 'json', 'csv', 'restore'] as const;
/** Rows of the event table that are drawn at once. */
const eventPage = 25;
/** Critical findings beside the decision; all of them are in their section. */
const criticalShown = 2;

/** What to do about a finding, its commands as such; nothing where the catalogue knows no such code. */
function whatToDo({ code, said }: Case['findings'][number]): readonly Child[] {
  const key = `finding.${code}.act`;
  const text = t(key, said.params);
  return text === key ? [] : text.split('`').map((part, i) => (i % 2 === 0 ? part : h('code', { class: 'keep' }, part)));
}

/** Calls the files that a sentence names as the report does: by their names on the hosts, not by those in the bundle. */
function namesIn(candidates: Case['candidates']): (said: Case['recommendation']['why'][number]) => string {
  const names = shortNames(candidates);
  const nameOf = new Map(candidates.map((c) => [c.path, names.get(c.id) ?? c.path]));
  return ({ text, params }) => Object.values(params).reduce<string>((words, value) => words.replaceAll(String(value), nameOf.get(String(value)) ?? String(value)), text);
}

function decisionBox(value: Case, drawer: EvidenceDrawer): HTMLElement {
  const r = value.recommendation;
  const outcome = outcomeOf(r);
  const candidate = value.candidates.find((c) => c.path === r.candidate?.path);
  const named = namesIn(value.candidates);
  const lost = lossWords(value);
  const critical = r.kind === 'none' ? [] : value.findings.filter((f) => f.severity === 'critical').slice(0, criticalShown);
  const first: readonly (readonly Child[])[] = [...r.conditions.map((c) => [named(c)]), ...critical.map((f) => [atCaseTime(f.message), ' ', ...(value.language === language() ? whatToDo(f) : [])])];
  return h('section', { id: 'overview', class: `decision ${outcome === 'none' ? 'undecided' : ''}`, 'aria-label': t('web.nav.overview') },
    h('header', { class: 'decision-band' }, h('p', { class: 'decision-kind' }, t(`web.kind.${choiceOf(value)}`)),
      h('p', { class: 'confidence' }, t('web.confidence'), ' ', cells(r.confidence), h('b', {}, t(`report.confidence.${r.confidence}.level`)))),
    h('div', { class: 'decision-why' },
      candidate !== undefined && h('p', { class: 'decision-path mono wrap' }, `${candidate.host === null ? '' : `${candidate.host}:`}${candidate.hostPath ?? candidate.path}`),
      ...r.why.map((w) => h('p', {}, named(w))),
      ...r.missingFacts.map((m) => h('p', {}, m.said.text, m.collect !== null && h('code', { class: 'block' }, m.collect))),
      h('p', {}, drawer.chips(r.evidence))),
    r.loss !== null && h('div', { class: 'decision-loss' }, h('b', { class: lost.nothing ? 'nothing' : null }, lost.nothing ? t('web.nothing-lost') : t('web.lost-span', { span: lost.amount })), h('span', { class: 'note' }, lost.below)),
    first.length > 0 && h('div', { class: 'decision-first' }, h('b', {}, t('report.before-anything')), h('ul', {}, ...first.map((words) => h('li', {}, ...words)))));
}

/** What a manager asks first: since when, what is lost, how many steps. */
function headFacts(value: Case): HTMLElement {
  const { outage: { start } } = value;
  const down = start.notBefore === null && start.notAfter === null ? t('web.no-outage')
    : start.notBefore !== null && start.notAfter !== null ? t('web.between', { from: time(start.notBefore), to: time(start.notAfter) })
      : time(start.notBefore ?? start.notAfter);
  const lost = lossWords(value);
  return h('dl', { class: 'head-facts' }, ...([['down', down], ['lost', [lost.amount, lost.below].filter((part) => part !== '').join(' · ')], ['runbook', t('web.fact.steps', { n: runbookLength(value) })]] as const)
    .map(([key, text]) => h('div', {}, h('dt', {}, t(`web.fact.${key}`)), h('dd', {}, text))));
}

/** Three cells, filled as the confidence is high; the word stands beside them. */
function cells(confidence: Case['causes'][number]['confidence']): HTMLElement {
  const filled = { proven: 3, likely: 2, possible: 1, rejected: 0 }[confidence];
  return h('span', { class: 'cells', 'aria-hidden': 'true' }, ...[1, 2, 3].map((n) => h('i', { class: n <= filled ? 'on' : '' })));
}

const confidenceTone: Readonly<Record<Case['causes'][number]['confidence'], Tone>> = { proven: 'bad', likely: 'warn', possible: 'plain', rejected: 'plain' };

function causes(value: Case, drawer: EvidenceDrawer): HTMLElement {
  return h('section', { id: 'causes', 'aria-label': t('web.nav.causes') }, h('h2', {}, t('web.nav.causes')),
    h('ul', { class: 'rows' }, ...value.causes.map((c) => h('li', { class: c.confidence },
      h('span', { class: `mark ${confidenceTone[c.confidence]}` }, cells(c.confidence), h('b', {}, t(`web.confidence.${c.confidence}`))),
      h('span', {}, c.summary.text, ' ', drawer.chips(c.evidence))))));
}

function eventTime({ time: { best, notBefore, notAfter } }: CaseEvent): string {
  if (best !== null) return time(best);
  return notBefore !== null && notAfter !== null ? interval(notBefore, notAfter) : time(notBefore ?? notAfter);
}

function events(value: Case, drawer: EvidenceDrawer): HTMLElement {
  const body = h('tbody');
  const filter = h('input', { type: 'search', class: 'search', placeholder: t('web.search'), 'aria-label': t('web.search') });
  const more = h('button', { type: 'button', class: 'button' }, t('web.more'));
  let shown = eventPage;
  const row = (e: CaseEvent): HTMLElement => h('tr', { class: 'event', tabindex: -1 },
    h('td', { class: 'when full', 'data-label': t('web.time') }, eventTime(e)),
    h('td', { 'data-label': t('web.host') }, e.host ?? '–'), h('td', { class: 'component', 'data-label': t('web.component') }, t(`report.component.${e.component}`).replace('report.component.', '')),
    h('td', { class: 'full', 'data-label': t('web.event') }, e.said.text, e.count > 1 && h('span', { class: 'note' }, ` ×${count(e.count)}`), ' ', drawer.chips(e.evidence)));
  const draw = (): void => {
    const wanted = filter.value.toLowerCase();
    const found = value.events.filter((e) => `${e.host ?? ''} ${e.component} ${e.said.text}`.toLowerCase().includes(wanted));
    show(body, ...found.slice(0, shown).map(row));
    more.hidden = found.length <= shown;
  };
  filter.addEventListener('input', draw);
  more.addEventListener('click', () => { shown += eventPage; draw(); });
  draw();
  return h('section', { id: 'events', 'aria-label': t('web.nav.timeline') },
    h('div', { class: 'section-head' }, h('h2', {}, t('web.nav.timeline'), ' ', h('span', { class: 'note' }, count(value.events.length), ' · ', zoneNote(value.outage.collectedAt.notAfter))), filter),
    h('table', { class: 'table cards' }, h('thead', {}, h('tr', {}, ...['web.time', 'web.host', 'web.component', 'web.event'].map((k) => h('th', { scope: 'col' }, t(k))))), body), more);
}

function list(id: string, items: readonly HTMLElement[]): HTMLElement {
  return h('section', { id, 'aria-label': t(`web.nav.${id}`) }, h('h2', {}, t(`web.nav.${id}`)), items.length === 0 ? h('p', { class: 'note' }, t('web.nothing')) : h('ul', { class: 'rows' }, ...items));
}

const severityTone: Readonly<Record<Case['findings'][number]['severity'], Tone>> = { info: 'plain', warning: 'warn', error: 'bad', critical: 'bad' };

/** One case: decision, runbook, charts, candidates, causes, findings, notes, with the evidence drawer. */
export async function caseView(main: Element, id: string): Promise<EvidenceDrawer> {
  const stored = await api.readCase(id);
  const { value } = stored;
  showZone(value.zone?.value ?? null, value.outage.collectedAt.notAfter ?? value.outage.collectedAt.notBefore);
  document.title = `${value.title} · etcd-autopsy`;
  const drawer = evidenceDrawer(value);
  const charts = await Promise.all((['timeline', 'revisions', 'backups'] as const).map((name) => chartView(id, name)));
  const details = h('details', { class: 'export' }, h('summary', { class: 'button' }, t('web.export')),
    h('ul', {}, ...exportsOf.map((kind) => h('li', {}, h('a', { href: `/api/cases/${stored.entry.id}/export/${kind}`, download: '' }, t(`web.export.${kind}`))))));
  const said = (tone: Tone, word: string | null, text: string, evidence: Case['findings'][number]['evidence']): HTMLElement => h('li', {}, h('span', { class: `mark ${tone}` }, toneGlyph(tone), word !== null && h('b', {}, word)), h('span', {}, text, ' ', drawer.chips(evidence)));
  show(main, h('div', { class: 'case' }, sideNav(stored),
    h('div', { class: 'case-body' },
      h('p', { class: 'crumbs' }, h('a', { href: '#/cases' }, t('web.cases'))),
      h('div', { class: 'case-head' }, h('h1', {}, value.title), h('div', { class: 'buttons' }, details, h('a', { class: 'button primary', href: `#/cases/${stored.entry.id}/runbook` }, t('web.open-runbook')))),
      h('p', { class: 'note' }, [value.hosts.map((x) => x.name).join(', '), installationWords(value.installation.id, value.installation.etcdVersion?.value), zoneNote(value.outage.collectedAt.notAfter)].filter((x) => x !== '').join(' · ')),
      headFacts(value), decisionBox(value, drawer), runbookView(value),
      h('div', { id: 'timeline' }, ...charts), events(value, drawer), candidatesView(stored), causes(value, drawer),
      list('findings', value.findings.map((f) => said(severityTone[f.severity], t(`web.severity.${f.severity}`), atCaseTime(f.message), f.evidence))),
      list('unchecked', value.notChecked.map((n) => said('plain', null, n.text, []))), notesView(stored)),
    drawer.element));
  return drawer;
}
