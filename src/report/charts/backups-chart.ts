import type { BackupAudit } from '../../case/model.js';
import { ms } from '../view/times.js';
import type { Reading } from '../view/reading.js';
import type { Chart, Sheet } from './sheet.js';
import { runMark, shapeOf } from './glyphs.js';
import { drawing, el, ink, label, title, toneInk, type Svg } from './svg.js';

type Run = BackupAudit['runs'][number];
type State = Run['state'];

const day = 86_400_000;
const daysDrawn = 14;
const hostsDrawn = 4;
/** When a cell stands for several runs, it shows the worst. */
const worst: readonly State[] = ['damaged', 'cut', 'hung', 'empty', 'missed', 'unchecked', 'good', 'rotated', 'not-due'];

interface Cell {
  readonly at: number;
  readonly state: State;
  readonly picked: boolean;
  readonly count: number;
}

/** Cells of a day: as many as runs are expected, at most 48; jobs that run once a day or less get one row a week. */
function cellsPerDay(r: Reading, runs: readonly Run[]): number {
  const period = r.case.backupAudit?.jobs.find((j) => j.periodSeconds !== null)?.periodSeconds ?? null;
  if (period !== null && period > 0) return Math.max(1, Math.min(48, Math.round(86_400 / period)));
  const days = new Map<number, number>();
  for (const run of runs) {
    const at = ms(run.due);
    if (at !== null) days.set(Math.floor(at / day), (days.get(Math.floor(at / day)) ?? 0) + 1);
  }
  return Math.max(1, Math.min(48, Math.max(...days.values(), 1)));
}

function grid(r: Reading, runs: readonly Run[], perDay: number): ReadonlyMap<number, ReadonlyMap<number, Cell>> {
  const days = new Map<number, Map<number, Cell>>();
  for (const run of runs) {
    const at = ms(run.due);
    if (at === null) continue;
    const midnight = r.clock.midnight(at);
    const slot = Math.min(perDay - 1, Math.floor(((at - midnight) / day) * perDay));
    const cells = days.get(midnight) ?? new Map<number, Cell>();
    days.set(midnight, cells);
    const before = cells.get(slot);
    const picked = before?.picked === true || (run.candidate !== null && (run.candidate === r.pick?.id || run.candidate === r.pick?.path));
    const state = before === undefined || worst.indexOf(run.state) < worst.indexOf(before.state) ? run.state : before.state;
    cells.set(slot, { at: before?.at ?? at, state, picked, count: (before?.count ?? 0) + 1 });
  }
  return days;
}

/** Cells are about square, and never so flat that a mark could not be told. */
const cellHeight = (size: number): number => Math.max(14, Math.min(22, size + 3));

function cellMark(r: Reading, cell: Cell, x: number, y: number, size: number): Svg {
  const mark = runMark(cell.state);
  const words = r.t('report.chart.backups.run', { time: r.clock.short(cell.at), state: r.t(`report.run.${cell.state}`) });
  if (mark === null) return '';
  const [shape, tone] = mark;
  const colour = toneInk[tone];
  const glyph = Math.min(size - 4, 15);
  const height = cellHeight(size);
  const box = { x: x + 1, y: y + 1, width: size - 2, height: height - 2, rx: 2 };
  const outlined = cell.state !== 'rotated';
  const tint = cell.state === 'good' ? 'var(--ok-tint,#e8f4ed)' : tone === 'bad' ? ink.badTint : 'none';
  const inner = cell.state === 'missed'
    ? el('path', { d: `M${x + 3} ${y + height - 3}L${x + size - 3} ${y + 3}`, stroke: ink.line, 'stroke-width': 1 })
    : el('g', { transform: `translate(${x + (size - glyph) / 2} ${y + (height - glyph) / 2}) scale(${glyph / 16})`, color: colour }, shapeOf(shape));
  return el('g', {}, title(words), el('rect', { ...box, fill: tint, stroke: outlined ? (tone === 'plain' ? ink.line : colour) : 'none', 'stroke-width': 1 }), inner,
    cell.picked ? el('rect', { x: x - 0.5, y: y - 0.5, width: size + 1, height: height + 1, rx: 4, fill: 'none', stroke: ink.accent, 'stroke-width': 2.2 }) : null);
}

interface Strip {
  readonly label: string;
  readonly cells: readonly { readonly cell: Cell; readonly slot: number }[];
  readonly slots: number;
  readonly hours: readonly { readonly slot: number; readonly words: string }[];
}

/** One strip a day; on phones two; one a week when there is one run a day. */
function strips(sheet: Sheet, runs: readonly Run[]): { readonly strips: readonly Strip[]; readonly folded: boolean } {
  const { reading: r, narrow } = sheet;
  const perDay = cellsPerDay(r, runs);
  const days = [...grid(r, runs, perDay)].sort((a, b) => a[0] - b[0]);
  const limit = perDay <= 2 ? 7 * daysDrawn : daysDrawn;
  const shown = days.slice(-limit);
  const list: Strip[] = [];
  if (perDay <= 2) {
    for (const [midnight, cells] of shown) {
      const week = Math.floor((midnight - (shown[0]?.[0] ?? 0)) / (7 * day));
      const offset = Math.round(((midnight - (shown[0]?.[0] ?? 0)) % (7 * day)) / day) * perDay;
      const strip = list[week] ?? { label: r.clock.day(midnight), cells: [], slots: 7 * perDay, hours: [] };
      list[week] = { ...strip, cells: [...strip.cells, ...[...cells].map(([slot, cell]) => ({ cell, slot: offset + slot }))] };
    }
    return { strips: list.filter(() => true), folded: days.length > shown.length };
  }
  const halves = narrow && perDay > 24 ? 2 : 1;
  const slots = Math.ceil(perDay / halves);
  for (const [midnight, cells] of shown) {
    for (let half = 0; half < halves; half++) {
      const hours = halves === 1 ? [0, 6, 12, 18] : half === 0 ? [0, 6] : [12, 18];
      list.push({
        label: half === 0 ? r.clock.day(midnight) : '',
        slots,
        cells: [...cells].filter(([slot]) => Math.floor(slot / slots) === half).map(([slot, cell]) => ({ cell, slot: slot % slots })),
        hours: hours.map((h) => ({ slot: (h / 24) * perDay - half * slots, words: `${String(h).padStart(2, '0')}:00` })),
      });
    }
  }
  return { strips: list, folded: days.length > shown.length };
}

/** A calendar of backup runs: good, cut, hung, missed, rotated away; the pick has a ring. */
export function backupsChart(sheet: Sheet): Chart | null {
  const { reading: r, width, narrow, id } = sheet;
  const audit = r.case.backupAudit;
  const dated = (audit?.runs ?? []).filter((run) => ms(run.due) !== null);
  if (dated.length === 0) return null;
  const hosts = [...new Set(dated.map((run) => run.host))].slice(0, hostsDrawn);
  const left = narrow ? 0 : 106;
  const parts: Svg[] = [];
  let y = 4;
  let folded = false;
  for (const host of hosts) {
    const made = strips(sheet, dated.filter((run) => run.host === host));
    folded ||= made.folded;
    if (hosts.length > 1) {
      parts.push(label(0, y + 12, host ?? r.t('report.unknown'), { size: 13, bold: true, fill: ink.ink }));
      y += 22;
    }
    for (const strip of made.strips) {
      const size = Math.min(40, (width - left - 4) / strip.slots);
      if (strip.label !== '' || !narrow) {
        parts.push(label(0, narrow ? y + 12 : y + cellHeight(size) / 2 + 4, strip.label, { size: 12.5 }));
        if (narrow) y += 18;
      }
      parts.push(...strip.cells.map(({ cell, slot }) => cellMark(r, cell, left + 2 + slot * size, y, size)));
      y += cellHeight(size) + 2;
      const last = strip === made.strips.at(-1) || narrow;
      if (last) {
        for (const hour of strip.hours) parts.push(el('path', { d: `M${left + 2 + hour.slot * size} ${y}v4`, stroke: ink.line }), label(left + 3 + hour.slot * size, y + 13, hour.words, { size: 11 }));
        if (strip.hours.length > 0) y += 20;
      }
    }
    y += 6;
  }
  const counts = new Map<State, number>();
  for (const run of dated) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
  const states = [...counts].map(([state, n]) => r.t('report.run.count', { n, state: r.t(`report.run.${state}`) })).join(r.t('report.comma'));
  const times = dated.map((run) => ms(run.due) ?? 0);
  const words = {
    title: r.t('report.chart.backups.title'),
    text: r.t('report.chart.backups.text', { runs: dated.length, from: r.clock.short(Math.min(...times)), to: r.clock.short(Math.max(...times)), offset: r.clock.offset, states }) + (folded ? ` ${r.t('report.chart.backups.folded', { days: daysDrawn })}` : ''),
  };
  const legend = worst.filter((state) => counts.has(state)).flatMap((state) => {
    const mark = runMark(state);
    return mark === null ? [] : [{ mark: el('svg', { viewBox: '0 0 16 16', width: 14, height: 14, color: toneInk[mark[1]], 'aria-hidden': 'true' }, shapeOf(mark[0])), word: r.t(`report.run.${state}`) }];
  });
  return { svg: drawing(id, width, y + 2, words, ...parts), ...words, legend };
}
