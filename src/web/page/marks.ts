import type { Candidate } from '../../case/model.js';
import { drawing, h } from './dom.js';
import { t } from './words.js';

export type Tone = 'ok' | 'warn' | 'bad' | 'plain';

/** Silhouettes that differ without colour: 16 by 16, drawn in the current colour. */
const shapes = {
  tick: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.5 8.3l2.4 2.4 4.6-5" fill="none" stroke="var(--paper)" stroke-width="1.8"/>',
  warn: '<path d="M8 1.5L15 14.5H1z" fill="currentColor"/><path d="M8 6v4M8 11.6v1.4" stroke="var(--paper)" stroke-width="1.6"/>',
  cross: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" stroke="var(--paper)" stroke-width="1.7"/>',
  diamond: '<path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor"/><path d="M8 4.4v4.4M8 10.4v1.6" stroke="var(--paper)" stroke-width="1.7"/>',
  torn: '<path d="M2.5 1.5h8l3 3V9l-2 1.5L9.5 9l-2 1.5-2-1.5-3 2z" fill="currentColor"/><path d="M2.5 14.5h11" stroke="currentColor" stroke-dasharray="2 2"/>',
  question: '<rect x="1.5" y="1.5" width="13" height="13" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.5 2"/><path d="M6 6.2C6 4 10 4 10 6.2c0 1.5-2 1.5-2 3M8 11v1.3" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  clock: '<circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 4.2V8l2.6 1.8" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  ring: '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.4 2.2"/>',
  dot: '<circle cx="8" cy="8" r="2.6" fill="currentColor"/>',
  wheel: '<circle cx="8" cy="8" r="6" fill="none" stroke="var(--line)" stroke-width="2.4"/><path class="turn" d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" stroke-width="2.4"/>',
} as const;
export type Shape = keyof typeof shapes;

const toneShape: Readonly<Record<Tone, Shape>> = { ok: 'tick', warn: 'warn', bad: 'cross', plain: 'dot' };

/** A glyph for the eye only: a word always stands beside it. */
export function glyph(shape: Shape, tone: Tone): HTMLElement {
  const svg = drawing(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">${shapes[shape]}</svg>`);
  return h('span', { class: `glyph ${tone}` }, svg);
}

/** The glyph of a tone. */
export const toneGlyph = (tone: Tone): HTMLElement => glyph(toneShape[tone], tone);

const verdicts: Readonly<Record<Candidate['verdict'], readonly [Shape, Tone]>> = {
  intact: ['tick', 'ok'],
  'digest-wrong': ['diamond', 'bad'],
  'digest-absent': ['question', 'warn'],
  truncated: ['torn', 'bad'],
  damaged: ['cross', 'bad'],
  'not-bbolt': ['cross', 'bad'],
  empty: ['ring', 'bad'],
  unreadable: ['question', 'bad'],
};

/** Glyph and word for what a candidate is worth. */
export function verdictMark(candidate: Candidate): HTMLElement {
  const result = candidate.kind === 'data-dir' ? candidate.boot?.result : undefined;
  // A whole directory of several members starts, but waits for the others.
  const boot = result === 'hangs' && candidate.usable ? 'waits' : result;
  const [shape, tone] = boot === 'waits' ? (['clock', 'warn'] as const) : boot === 'dies' ? (['cross', 'bad'] as const) : verdicts[candidate.verdict];
  const word = boot === undefined ? `web.verdict.${candidate.verdict}` : `web.boot.${boot}`;
  return h('span', { class: `mark ${tone}` }, glyph(shape, tone), h('b', {}, t(word)));
}
