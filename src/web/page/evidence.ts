import type { Case, Evidence } from '../../case/model.js';
import { time } from './clock.js';
import { announce, h, show } from './dom.js';
import { t } from './words.js';

/** The drawer at the right that shows a cited line among its neighbours and keeps the place in the report. */
export interface EvidenceDrawer {
  readonly element: HTMLElement;
  /** A chip that opens this evidence. */
  chip(evidence: Evidence): HTMLElement;
  chips(list: readonly Evidence[]): HTMLElement;
  close(): void;
  readonly isOpen: boolean;
}

/** Chips shown beside one statement; the rest is counted. */
const maxChips = 6;

export function evidenceDrawer(value: Case): EvidenceDrawer {
  const element = h('aside', { class: 'drawer', hidden: true, 'aria-label': t('web.evidence') });
  let opener: HTMLElement | null = null;
  const excerpts = new Map(value.excerpts.map((x) => [x.evidence, x] as const));
  const close = (): void => {
    element.hidden = true;
    opener?.focus();
    opener = null;
  };
  const open = (evidence: Evidence, from: HTMLElement): void => {
    opener = from;
    const excerpt = excerpts.get(evidence.id);
    const lines = excerpt?.lines ?? [evidence.text];
    const firstLine = excerpt?.firstLine ?? evidence.line ?? 0;
    const place = evidence.line !== undefined ? t('web.line', { n: evidence.line }) : evidence.offset !== undefined ? t('web.offset', { n: evidence.offset }) : '';
    const closeButton = h('button', { type: 'button', class: 'button small', onclick: close }, t('web.close'), ' ', h('kbd', {}, 'Esc'));
    show(element,
      h('div', { class: 'drawer-head' }, h('h2', {}, t('web.evidence')), closeButton),
      h('figure', { class: 'excerpt' },
        h('figcaption', {}, h('span', { class: 'chip' }, evidence.id), ' ', h('b', {}, evidence.artifact), ' ', place),
        h('ol', { class: evidence.line === undefined ? 'lines unnumbered' : 'lines' }, ...lines.map((text, i) =>
          h('li', { class: firstLine + i === evidence.line || lines.length === 1 ? 'cited' : null, value: firstLine + i }, text)))),
      h('dl', { class: 'facts-list' },
        h('dt', {}, t('web.basis')), h('dd', {}, t(`web.basis.${evidence.basis}`)),
        ...(excerpt?.host ? [h('dt', {}, t('web.host')), h('dd', {}, excerpt.host)] : []),
        ...(excerpt?.timeReading ? [h('dt', {}, t('web.time')), h('dd', {}, excerpt.timeReading.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, time))] : []),
        ...(excerpt?.sha256 ? [h('dt', {}, 'SHA-256'), h('dd', { class: 'mono wrap' }, excerpt.sha256)] : [])));
    element.hidden = false;
    closeButton.focus();
    announce(`${evidence.artifact} ${place}`);
  };
  const chip = (evidence: Evidence): HTMLElement => {
    const button = h('button', { type: 'button', class: `chip ${evidence.basis}`, 'aria-label': `${t('web.evidence')} ${evidence.id}: ${evidence.artifact}` }, evidence.id);
    button.addEventListener('click', () => open(evidence, button));
    return button;
  };
  return {
    element,
    chip,
    chips(list) {
      const shown = list.slice(0, maxChips).map(chip);
      return h('span', { class: 'chips' }, ...shown, list.length > maxChips && h('span', { class: 'note' }, `+${list.length - maxChips}`));
    },
    close,
    get isOpen() {
      return !element.hidden;
    },
  };
}
