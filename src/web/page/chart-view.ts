import { api } from './api.js';
import { drawing, h } from './dom.js';
import { t } from './words.js';

const zoomSteps = [1, 1.5, 2, 3, 4] as const;

/** Elements of a drawing that carry words of their own (`<title>`) and can be visited by keyboard. */
function marksOf(svg: SVGSVGElement): SVGElement[] {
  return [...svg.querySelectorAll<SVGElement>('g, circle, rect, path')].filter((e) => [...e.children].some((c) => c.tagName === 'title'));
}

/** A drawing of the report with zoom, and its tooltips by pointer and by arrow keys. */
export async function chartView(id: string, name: 'timeline' | 'revisions' | 'backups'): Promise<HTMLElement | null> {
  const text = await api.chart(id, name);
  const svg = text === null ? null : drawing(text);
  if (svg === null) return null;
  const tip = h('div', { class: 'tip', role: 'tooltip', hidden: true });
  const scroll = h('div', { class: 'chart-scroll', tabindex: 0, role: 'group', 'aria-label': t(`web.chart.${name}`) });
  const marks = marksOf(svg);
  let step = 0;
  let at = -1;
  const zoom = (by: number): void => {
    step = Math.max(0, Math.min(zoomSteps.length - 1, step + by));
    svg.style.width = `${100 * (zoomSteps[step] ?? 1)}%`;
  };
  const hide = (): void => {
    tip.hidden = true;
    marks[at]?.classList.remove('focused');
  };
  const visit = (to: number): void => {
    hide();
    at = (to + marks.length) % marks.length;
    const mark = marks[at];
    if (mark === undefined) return;
    mark.classList.add('focused');
    tip.textContent = [...mark.children].find((c) => c.tagName === 'title')?.textContent ?? '';
    tip.hidden = tip.textContent === '';
    const box = mark.getBoundingClientRect();
    const home = scroll.getBoundingClientRect();
    tip.style.left = `${Math.max(0, Math.min(home.width - 260, box.left - home.left))}px`;
    tip.style.top = `${box.bottom - home.top + 8}px`;
  };
  for (const [i, mark] of marks.entries()) {
    mark.addEventListener('pointerenter', () => visit(i));
    mark.addEventListener('pointerleave', hide);
  }
  scroll.addEventListener('keydown', (event) => {
    const act = { ArrowRight: () => visit(at + 1), ArrowLeft: () => visit(at - 1), '+': () => zoom(1), '-': () => zoom(-1), Escape: hide }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  scroll.addEventListener('blur', hide);
  scroll.append(svg);
  return h('figure', { class: 'panel chart' },
    h('figcaption', { class: 'section-head' }, h('h2', {}, t(`web.chart.${name}`)),
      h('span', {}, t('web.zoom'), ' ',
        h('button', { type: 'button', class: 'button small', 'aria-label': t('web.zoom-in'), onclick: () => zoom(1) }, '+'),
        h('button', { type: 'button', class: 'button small', 'aria-label': t('web.zoom-out'), onclick: () => zoom(-1) }, '−'))),
    h('div', { class: 'chart-home' }, scroll, tip));
}
