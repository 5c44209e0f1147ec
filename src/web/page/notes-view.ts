import { api, type StoredCase } from './api.js';
import { announce, h } from './dom.js';
import { t } from './words.js';

/** The sections that only people can fill; the same names as in the report. */
const noteSections = ['impact', 'went-well', 'went-wrong', 'lucky', 'actions'] as const;

/** Text fields that save themselves a moment after the last key. */
export function notesView(stored: StoredCase): HTMLElement {
  const notes: Record<string, string> = { ...stored.notes };
  const state = h('span', { class: 'note', role: 'status' });
  let timer = 0;
  const save = async (): Promise<void> => {
    try {
      await api.writeNotes(stored.entry.id, notes);
      state.textContent = t('web.saved');
    } catch (error) {
      state.textContent = error instanceof Error ? error.message : String(error);
      announce(state.textContent);
    }
  };
  return h('section', { id: 'notes', 'aria-label': t('web.nav.notes') },
    h('div', { class: 'section-head' }, h('h2', {}, t('web.nav.notes')), state),
    h('p', { class: 'note' }, t('web.notes.note')),
    ...noteSections.map((name) => {
      const area = h('textarea', { rows: 3, id: `note-${name}` });
      area.value = notes[name] ?? '';
      area.addEventListener('input', () => {
        notes[name] = area.value;
        state.textContent = t('web.saving');
        clearTimeout(timer);
        timer = window.setTimeout(() => void save(), 600);
      });
      return h('p', { class: 'field' }, h('label', { for: `note-${name}` }, t(`web.notes.${name}`)), area);
    }));
}
