import { el, ink, label, textWidth, type Svg } from './svg.js';
import { stretches, tickStep, type GapAxis } from './gap-axis.js';
import type { Reading } from '../view/reading.js';

const day = 86_400_000;

/** Keeps labels apart on one line: what would touch an earlier one is dropped. */
export function labelRow(): (centre: number, width: number) => boolean {
  const taken: { from: number; to: number }[] = [];
  return (centre, width) => {
    const from = centre - width / 2 - 4;
    const to = centre + width / 2 + 4;
    if (taken.some((t) => from < t.to && to > t.from)) return false;
    taken.push({ from, to });
    return true;
  };
}

/** The axis below the lanes: 34 px high for times, 52 with days and the lengths of compressed stretches. */
export function timeAxis(r: Reading, axis: GapAxis, y: number, left: number, right: number): Svg {
  const parts: Svg[] = [];
  const times = labelRow();
  const below = labelRow();
  const named = new Set<string>();
  const put = (row: typeof times, x: number, dy: number, words: string, bold: boolean): void => {
    const width = textWidth(words, 11.5);
    const centre = Math.min(Math.max(x, left + width / 2 - 12), right - width / 2 + 12);
    if (bold && named.has(words)) return;
    if (!row(centre, width)) return;
    if (bold) named.add(words);
    parts.push(label(centre, y + dy, words, { size: 11.5, anchor: 'middle', bold, fill: bold ? ink.ink : ink.ink2 }));
  };
  const step = tickStep(axis, 58);
  const spans = stretches(axis);
  const first = spans[0];
  if (first !== undefined) put(below, first.x0 + 14, 36, r.clock.day(first.from), true);
  for (const s of spans) {
    parts.push(el('path', { d: `M${s.x0} ${y}H${s.x1}`, stroke: ink.line, 'stroke-width': 1.2, 'stroke-dasharray': s.compressed ? '1.5 3' : undefined }));
    if (s.compressed) {
      const middle = (s.x0 + s.x1) / 2;
      parts.push(el('path', { d: `M${middle - 5} ${y + 5}l4-10M${middle + 1} ${y + 5}l4-10`, stroke: ink.ink2, 'stroke-width': 1.4, fill: 'none' }));
    }
    for (let at = r.clock.midnight(s.from) + day; at < s.to; at += day) {
      const x = axis.x(at);
      parts.push(el('path', { d: `M${x} ${y}v7`, stroke: ink.ink2 }));
      put(s.compressed ? times : below, x, s.compressed ? 20 : 36, r.clock.day(at), true);
    }
    if (!s.compressed && step !== null) {
      for (let at = Math.ceil((s.from - r.clock.midnight(s.from)) / step) * step + r.clock.midnight(s.from); at <= s.to; at += step) {
        const x = axis.x(at);
        parts.push(el('path', { d: `M${x} ${y}v5`, stroke: ink.line }));
        put(times, x, 20, step < 60_000 ? r.clock.time(at) : r.clock.minute(at), false);
      }
    } else if (!s.compressed && step === null) put(times, s.x0, 20, r.clock.minute(s.from), false);
  }
  for (const s of spans.filter((one) => one.compressed)) put(below, (s.x0 + s.x1) / 2, 36, r.span((s.to - s.from) / 1000), false);
  for (const s of spans) if (!s.compressed) put(below, s.x0 + 14, 36, r.clock.day(s.from), true);
  return parts.join('');
}
