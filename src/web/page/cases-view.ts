import { api, type CaseEntry } from './api.js';
import { here } from './clock.js';
import { h, show } from './dom.js';
import { toneGlyph, type Tone } from './marks.js';
import { t } from './words.js';

const tones: Readonly<Record<NonNullable<CaseEntry['outcome']>, Tone>> = {
  'restore-snapshot': 'ok', 'use-data-dir': 'warn', 'replace-member': 'ok', 'force-new-cluster': 'warn',
  'repair-without-restore': 'ok', 'reapply-objects': 'ok', healthy: 'ok', 'restore-db': 'ok', none: 'bad',
};

/** `KubeKey · etcd 3.4.23`, as far as it is known. */
export const installationWords = (id: string | undefined, etcdVersion: string | null | undefined): string =>
  [id === undefined ? null : t(`report.installation.${id}`), etcdVersion ? `etcd ${etcdVersion}` : null].filter((one) => one !== null).join(' · ');

function row(entry: CaseEntry, again: () => void): HTMLElement {
  const remove = h('button', {
    type: 'button', class: 'button small', 'aria-label': t('web.remove-case', { title: entry.title }),
    onclick: () => { if (confirm(t('web.remove-case.sure'))) void api.removeCase(entry.id).then(again); },
  }, t('web.remove'));
  const outcome = entry.outcome ?? entry.recommendation;
  const installation = installationWords(entry.installation, entry.etcdVersion);
  return h('tr', {},
    h('td', { class: 'full', 'data-label': t('web.what-happened') }, h('a', { href: `#/cases/${entry.id}` }, h('b', {}, entry.title)), h('span', { class: 'note below' }, entry.hosts?.join(', '))),
    h('td', { class: 'keep', 'data-label': t('web.installation') }, installation === '' ? '–' : installation),
    h('td', { 'data-label': t('web.recommendation') }, h('span', { class: `mark ${tones[outcome]}` }, toneGlyph(tones[outcome]), h('b', {}, t(`web.kind.${outcome}`)))),
    h('td', { class: 'when', 'data-label': t('web.analysed') }, here(entry.analysedAt)),
    h('td', { class: 'last' }, remove));
}

/** The list of earlier cases with a search field. */
export async function casesTable(): Promise<HTMLElement> {
  const box = h('section', { class: 'cases', 'aria-label': t('web.cases') });
  const draw = async (): Promise<void> => {
    const cases = await api.cases();
    const body = h('tbody');
    const search = h('input', { type: 'search', class: 'search', placeholder: t('web.search-cases'), 'aria-label': t('web.search-cases') });
    const words = (c: CaseEntry): string => [c.title, c.id, ...(c.hosts ?? []), installationWords(c.installation, c.etcdVersion)].join(' ').toLowerCase();
    const fill = (): void => show(body, ...cases.filter((c) => words(c).includes(search.value.toLowerCase())).map((c) => row(c, () => void draw())));
    search.addEventListener('input', fill);
    fill();
    show(box,
      h('div', { class: 'section-head' }, h('h2', {}, t('web.cases'), ' ', h('span', { class: 'note' }, cases.length)), cases.length > 0 && search),
      cases.length === 0
        ? h('p', { class: 'note' }, t('web.no-cases'), ' ', h('a', { href: '#/' }, t('web.no-cases.begin')))
        : h('table', { class: 'table cards' },
            h('thead', {}, h('tr', {}, ...['web.what-happened', 'web.installation', 'web.recommendation', 'web.analysed'].map((k) => h('th', { scope: 'col' }, t(k))), h('th', { scope: 'col' }, h('span', { class: 'visually-hidden' }, t('web.remove'))))),
            body));
  };
  await draw();
  return box;
}

export async function casesView(main: Element): Promise<void> {
  show(main, h('div', { class: 'page' }, h('h1', { class: 'visually-hidden' }, t('web.cases')), await casesTable()));
}
