import type { BackupAudit, Candidate } from '../../case/model.js';

export type Tone = 'ok' | 'warn' | 'bad' | 'plain';

/**
 * Silhouettes that differ without colour, 16 by 16, drawn in the current colour on the colour of the
 * paper: disc and tick, diamond, dashed square, torn page, octagon, clock, dashed ring, slashed square,
 * plain ring, triangle, dot.
 */
const shapes = {
  tick: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.6 8.2l2.3 2.4 4.5-4.9" fill="none" stroke="var(--paper,#fff)" stroke-width="1.8"/>',
  diamond: '<path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor"/><path d="M8 4.2v4.6M8 10.4v1.6" stroke="var(--paper,#fff)" stroke-width="1.7"/>',
  question: '<rect x="1.5" y="1.5" width="13" height="13" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.6 2"/><path d="M6 6.3C6 4.2 10 4.2 10 6.3c0 1.4-2 1.5-2 3M8 11v1.3" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  torn: '<path d="M3 1.5h10v6.2L3 11z" fill="currentColor"/><path d="M3 11v3.7h10V9" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2 1.7"/>',
  cross: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" stroke="var(--paper,#fff)" stroke-width="1.7"/>',
  clock: '<circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 4.2V8l2.7 1.8" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  empty: '<circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.4 2.2"/>',
  missed: '<rect x="1.7" y="1.7" width="12.6" height="12.6" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.3"/><path d="M2.4 13.6L13.6 2.4" stroke="currentColor" stroke-width="1.3"/>',
  ring: '<circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  warning: '<path d="M8 1.3L15.2 14.6H.8z" fill="currentColor"/><path d="M8 5.8v4.3M8 11.5v1.5" stroke="var(--paper,#fff)" stroke-width="1.6"/>',
  dot: '<circle cx="8" cy="8" r="2" fill="currentColor"/>',
  disc: '<circle cx="8" cy="8" r="5" fill="currentColor"/>',
} as const;
export type Shape = keyof typeof shapes;

/** The drawing of a shape, without its frame. */
export const shapeOf = (shape: Shape): string => shapes[shape];

/** An inline glyph; a word always stands beside it. */
export function glyphSvg(shape: Shape, size = 15): string {
  return `<svg class="glyph" viewBox="0 0 16 16" width="${size}" height="${size}" aria-hidden="true" focusable="false">${shapes[shape]}</svg>`;
}

const verdicts: Readonly<Record<Candidate['verdict'], readonly [Shape, Tone]>> = {
  intact: ['tick', 'ok'],
  'digest-wrong': ['diamond', 'bad'],
  'digest-absent': ['question', 'plain'],
  truncated: ['torn', 'bad'],
  damaged: ['cross', 'bad'],
  'not-bbolt': ['cross', 'bad'],
  empty: ['empty', 'plain'],
  unreadable: ['question', 'bad'],
};
const boots: Readonly<Record<'ready' | 'dies' | 'hangs' | 'unknown', readonly [Shape, Tone]>> = {
  ready: ['tick', 'ok'], dies: ['cross', 'bad'], hangs: ['cross', 'bad'], unknown: ['question', 'plain'],
};

/**
 * What a candidate is worth: shape, tone, and the key of its word. A data directory is worth what its start is; a whole one
 * of several members starts, but waits for the others.
 */
export function verdictOf(candidate: Candidate): { readonly shape: Shape; readonly tone: Tone; readonly word: string } {
  if (candidate.kind === 'data-dir' && candidate.boot !== null) {
    if (candidate.boot.result === 'hangs' && candidate.usable) return { shape: 'clock', tone: 'warn', word: 'report.boot.waits' };
    const [shape, tone] = boots[candidate.boot.result];
    return { shape, tone, word: `report.boot.${candidate.boot.result}` };
  }
  const [shape, tone] = verdicts[candidate.verdict];
  return { shape, tone, word: `report.verdict.${candidate.verdict}` };
}

type RunState = BackupAudit['runs'][number]['state'];
const runs: Readonly<Record<RunState, readonly [Shape, Tone] | null>> = {
  good: ['tick', 'ok'], cut: ['torn', 'bad'], damaged: ['cross', 'bad'], empty: ['empty', 'plain'], hung: ['empty', 'plain'],
  missed: ['missed', 'plain'], rotated: ['dot', 'plain'], unchecked: ['ring', 'plain'], 'not-due': null,
};

/** Shape of one backup run; null draws nothing. */
export function runMark(state: RunState): readonly [Shape, Tone] | null {
  return runs[state];
}
