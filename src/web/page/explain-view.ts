import { api } from './api.js';
import { h, show } from './dom.js';
import { language, t } from './words.js';

/** Paste a log line, get plain words. */
export function explainView(main: Element): void {
  const area = h('textarea', { id: 'line', rows: 6, placeholder: t('web.explain.place') });
  const answer = h('pre', { class: 'answer', 'aria-live': 'polite', hidden: true });
  const ask = async (): Promise<void> => {
    answer.hidden = false;
    try {
      answer.textContent = (await api.explain(area.value, language())).text;
    } catch (error) {
      answer.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  show(main, h('div', { class: 'page' }, h('section', { class: 'panel pad' },
    h('h1', {}, t('web.explain')), h('p', { class: 'field' }, h('label', { for: 'line' }, t('web.explain.note')), area),
    h('button', { type: 'button', class: 'button primary', onclick: () => void ask() }, t('web.explain.ask')), answer)));
}
