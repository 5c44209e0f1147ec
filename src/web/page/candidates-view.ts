import type { Candidate } from '../../case/model.js';
import { displayPath, shortNames } from '../../report/view/paths.js';
import { api, type DiffRow, type StoredCase } from './api.js';
import { time } from './clock.js';
import { h, show } from './dom.js';
import { timeLost } from './loss.js';
import { verdictMark } from './marks.js';
import { bytes, count, t } from './words.js';

type Column = 'host' | 'path' | 'verdict' | 'revision' | 'keys' | 'taken' | 'lost';

/** What a column is sorted by; nulls come last. */
const sortKey: Readonly<Record<Column, (c: Candidate) => string | number | null>> = {
  host: (c) => c.host,
  path: displayPath,
  verdict: (c) => c.verdict,
  revision: (c) => c.revision,
  keys: (c) => c.totalKeys,
  taken: (c) => c.takenAt.best ?? c.takenAt.notAfter,
  lost: (c) => (c.usable ? (c.loss?.seconds ?? null) : null),
};

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

const lost = (c: Candidate): string =>
  !c.usable ? t('web.not-usable') : c.loss === null ? t('web.unknown') : c.loss.revisions === 0 ? t('web.no-loss') : `${timeLost(c.loss) ?? t('web.unknown')} · ${count(c.loss.revisions)}`;

/** The choice, then what can be used, then what cannot; each with the newest state first. */
function bestFirst(candidates: readonly Candidate[], pick: string | null): readonly Candidate[] {
  const rank = (c: Candidate): number => (c.path === pick ? 0 : c.usable ? 1 : c.revision !== null ? 2 : 3);
  return [...candidates].sort((a, b) => rank(a) - rank(b) || (b.revision ?? 0) - (a.revision ?? 0));
}

function diffTable(rows: readonly DiffRow[], folded: number): HTMLElement {
  const sign = (row: DiffRow): readonly [string, string] => (row.a === null ? ['+', 'added'] : row.b === null ? ['−', 'removed'] : ['~', 'changed']);
  const cell = (letter: string, side: DiffRow['a'], tone: string): HTMLElement =>
    side === null ? h('td', { class: 'note', 'data-label': letter }, t('web.not-there')) : h('td', { class: `number ${tone}`, 'data-label': letter }, `${count(side.revision)} · v${side.version}`);
  const totals = (word: string): number => rows.filter((r) => sign(r)[1] === word).length;
  return h('div', {},
    h('p', { class: 'diff-sum' }, t('web.diff.undo'), ...['added', 'removed', 'changed'].map((w) => h('span', { class: `sum ${w}` }, ` ${t(`web.diff.${w}`, { n: totals(w) })} `)), h('span', { class: 'note' }, t('web.diff.folded', { n: folded }))),
    rows.length === 0 ? h('p', { class: 'diff-none' }, t('web.diff.none')) : h('table', { class: 'table cards' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('web.object')), h('th', { scope: 'col', class: 'number' }, 'A'), h('th', { scope: 'col', class: 'number' }, 'B'))),
      h('tbody', {}, ...rows.map((row) => {
        const [mark, word] = sign(row);
        return h('tr', {},
          h('td', { class: 'mono wrap full' }, h('span', { class: `sign ${word}`, 'aria-label': t(`web.diff.word.${word}`) }, mark), ` ${row.resource}/${row.namespace === null ? '' : `${row.namespace}/`}${row.name}`),
          cell('A', row.a, word === 'removed' ? 'removed' : ''), cell('B', row.b, word === 'added' ? 'added' : ''));
      }))));
}

/** The candidates with sorting and filter, and the comparison of two of them. */
export function candidatesView(stored: StoredCase): HTMLElement {
  const { value } = stored;
  const pick = value.recommendation.candidate?.path ?? null;
  // The host stands in a column of its own: names need to differ on one host only.
  const names = new Map([...new Set(value.candidates.map((c) => c.host))].flatMap((host) => [...shortNames(value.candidates.filter((c) => c.host === host).map((c) => ({ ...c, host: null })))]));
  const chosen: { a: Candidate | null; b: Candidate | null } = { a: null, b: value.candidates.find((c) => c.path === pick) ?? null };
  let sorted: { by: Column; down: boolean } | null = null;
  const body = h('tbody');
  const head = h('tr');
  const diff = h('section', { class: 'panel diff', hidden: true, 'aria-label': t('web.compare') });
  const filter = h('input', { type: 'search', class: 'search', placeholder: t('web.filter'), 'aria-label': t('web.filter') });

  const compareNow = async (): Promise<void> => {
    const { a, b } = chosen;
    diff.hidden = a === null || b === null;
    if (a === null || b === null) return;
    const side = (name: string, c: Candidate): HTMLElement =>
      h('div', { class: 'side' }, h('span', {}, h('span', { class: `letter ${name}` }, name), ' ', h('b', {}, c.host ?? '')), h('span', { class: 'mono wrap' }, displayPath(c)), verdictMark(c), h('span', { class: 'note' }, `${t('web.revision')} ${count(c.revision)} · ${t('web.keys')} ${count(c.totalKeys)} · ${bytes(c.size)}`));
    const result = h('div', { 'aria-live': 'polite' }, h('p', { class: 'note' }, t('web.comparing')));
    show(diff, h('div', { class: 'sides' }, side('A', a), side('B', b)), result);
    try {
      const answer = await api.diff(stored.entry.id, a.id, b.id);
      show(result, diffTable(answer.rows, answer.folded));
    } catch (error) {
      show(result, h('p', { class: 'problem' }, error instanceof Error ? error.message : String(error)));
    }
  };
  const pickSide = (side: 'a' | 'b', c: Candidate): void => {
    const other = side === 'a' ? 'b' : 'a';
    if (chosen[other] === c) chosen[other] = null;
    chosen[side] = chosen[side] === c ? null : c;
    draw();
    void compareNow();
  };
  const button = (side: 'a' | 'b', c: Candidate): HTMLElement =>
    h('button', { type: 'button', class: 'letter-button', 'aria-pressed': chosen[side] === c ? 'true' : 'false', 'aria-label': `${t('web.compare')} ${side.toUpperCase()}: ${c.path}`, onclick: () => pickSide(side, c) }, side.toUpperCase());
  const draw = (): void => {
    const wanted = filter.value.toLowerCase();
    const rows = bestFirst(value.candidates, pick).filter((c) => `${c.host ?? ''} ${c.path} ${c.verdict}`.toLowerCase().includes(wanted));
    if (sorted !== null) {
      const { by, down } = sorted;
      rows.sort((x, y) => (down ? -1 : 1) * compare(sortKey[by](x), sortKey[by](y)));
    }
    show(body, ...rows.map((c) => h('tr', { class: c.path === pick ? 'pick' : null },
      h('td', { class: 'letters', 'data-label': t('web.compare') }, button('a', c), button('b', c)),
      h('td', { 'data-label': t('web.host') }, c.host ?? t('web.unknown')),
      h('td', { class: 'mono wrap full', 'data-label': t('web.file'), title: displayPath(c) }, names.get(c.id), ' ', c.path === pick && h('span', { class: 'tag' }, t('web.the-pick'))),
      h('td', { 'data-label': t('web.verdict') }, verdictMark(c)),
      h('td', { class: 'number', 'data-label': t('web.revision') }, count(c.revision)),
      h('td', { class: 'number', 'data-label': t('web.keys') }, count(c.totalKeys)),
      h('td', { class: 'number', 'data-label': t('web.content-of') }, time(c.takenAt.best ?? c.takenAt.notAfter)),
      h('td', { class: 'number', 'data-label': t('web.lost') }, lost(c)))));
    const column = (by: Column, word: string, number = false): HTMLElement => {
      const state = sorted?.by === by ? (sorted.down ? 'descending' : 'ascending') : 'none';
      return h('th', { scope: 'col', 'aria-sort': state, class: number ? 'number' : null },
        h('button', { type: 'button', class: 'sort', onclick: () => { sorted = { by, down: sorted?.by === by ? !sorted.down : number }; draw(); } }, t(word), state === 'none' ? '' : state === 'ascending' ? ' ↑' : ' ↓'));
    };
    show(head, h('th', { scope: 'col' }, t('web.compare')), column('host', 'web.host'), column('path', 'web.file'), column('verdict', 'web.verdict'), column('revision', 'web.revision', true), column('keys', 'web.keys', true), column('taken', 'web.content-of', true), column('lost', 'web.lost', true));
  };
  filter.addEventListener('input', draw);
  draw();
  return h('section', { id: 'candidates', 'aria-label': t('web.nav.candidates') },
    h('div', { class: 'section-head' }, h('h2', {}, t('web.nav.candidates')), filter),
    h('div', { class: 'table-frame' }, h('table', { class: 'table cards' }, h('thead', {}, head), body)), diff);
}
