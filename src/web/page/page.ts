import { analyseView } from './analyse-view.js';
import { caseView } from './case-view.js';
import { casesView } from './cases-view.js';
import { h, show } from './dom.js';
import type { EvidenceDrawer } from './evidence.js';
import { explainView } from './explain-view.js';
import { handleKey } from './keys.js';
import { language, loadWords, preferredLanguage, t } from './words.js';

let drawer: EvidenceDrawer | null = null;
let shownCase: string | null = null;

function header(current: string): void {
  const link = (path: string, word: string): HTMLElement => h('a', { href: `#/${path}`, 'aria-current': current === path ? 'page' : null }, t(word));
  const other = language() === 'en' ? 'zh-CN' : 'en';
  const change = h('button', { type: 'button', class: 'plain-button', lang: other, onclick: () => void loadWords(other).then(() => { shownCase = null; return route(); }) }, other === 'en' ? 'English' : '中文');
  const top = document.querySelector('header.top');
  if (top !== null) show(top, h('a', { class: 'brand', href: '#/' }, 'etcd-autopsy'), h('nav', { 'aria-label': t('web.menu') }, link('', 'web.menu.analyse'), link('cases', 'web.cases'), link('explain', 'web.explain')), h('span', { class: 'note only-wide' }, t('web.this-machine', { host: location.hostname })), change);
  const skip = document.querySelector<HTMLAnchorElement>('a.skip');
  if (skip !== null) skip.textContent = t('web.skip');
}

async function route(): Promise<void> {
  const main = document.getElementById('main');
  if (main === null) return;
  const [view = '', id, section] = location.hash.replace(/^#\/?/, '').split('/');
  header(view);
  try {
    if (view === 'cases' && id !== undefined) {
      if (shownCase !== id) drawer = await caseView(main, id);
      shownCase = id;
      const target = section === undefined ? null : document.getElementById(section);
      target?.scrollIntoView();
    } else {
      shownCase = null;
      drawer = null;
      document.title = 'etcd-autopsy';
      if (view === 'cases') await casesView(main);
      else if (view === 'explain') explainView(main);
      else await analyseView(main);
    }
  } catch (error) {
    show(main, h('div', { class: 'page' }, h('p', { class: 'problem', role: 'alert' }, error instanceof Error ? error.message : String(error))));
  }
}

window.addEventListener('hashchange', () => void route());
document.addEventListener('keydown', (event) => handleKey(event, drawer));
document.querySelector('a.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
await loadWords(preferredLanguage());
await route();
