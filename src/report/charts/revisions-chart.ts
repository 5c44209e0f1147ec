import { scaleLinear } from 'd3-scale';
import { ms } from '../view/times.js';
import type { Reading } from '../view/reading.js';
import type { Chart, LegendEntry, Sheet } from './sheet.js';
import { shapeOf, verdictOf, type Shape, type Tone } from './glyphs.js';
import { drawing, el, ink, label, textWidth, title, toneInk, type Svg } from './svg.js';
import { labelRow } from './time-axis.js';
import { pointMark } from './timeline-chart.js';

interface Dot {
  readonly at: number;
  readonly revision: number;
  readonly what: 'clock' | 'candidate' | 'log' | 'last';
  readonly atLeast: boolean;
  readonly shape: Shape;
  readonly tone: Tone;
  readonly picked: boolean;
  readonly words: string;
}

const minute = 60_000;
const tickSteps = [minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, 60 * minute, 180 * minute, 360 * minute, 720 * minute, 1440 * minute, 2880 * minute, 10_080 * minute];
/** The loss gets at least this part of the width: earlier points leave the drawing. */
const lossShare = 8;

function dotsOf(r: Reading): readonly Dot[] {
  const word = (revision: number, at: number, text: string): string => r.t('report.chart.revisions.point', { revision: r.number(revision), time: r.clock.short(at), label: text });
  const candidates = r.case.candidates.flatMap((c): readonly Dot[] => {
    const at = ms(c.takenAt.best) ?? ms(c.takenAt.notBefore);
    if (at === null || c.revision === null || c.kind === 'data-dir') return [];
    const { shape, tone, word: verdict } = verdictOf(c);
    return [{ at, revision: c.revision, what: 'candidate', atLeast: false, shape, tone, picked: c === r.pick, words: word(c.revision, at, r.t(verdict)) }];
  });
  const known = new Set(candidates.map((d) => d.revision));
  const others = r.case.revisions.flatMap((p): readonly Dot[] => {
    const at = ms(p.time.best) ?? ms(p.time.notAfter);
    if (at === null || (p.what === 'candidate' && known.has(p.revision))) return [];
    return [{ at, revision: p.revision, what: p.what, atLeast: p.atLeast, shape: 'ring', tone: 'plain', picked: false, words: word(p.revision, at, p.label) }];
  });
  return [...candidates, ...others].sort((a, b) => a.at - b.at || a.revision - b.revision);
}

/** The line only rises: a point below an earlier one belongs to another history and is left to its own mark. */
function rising(dots: readonly Dot[]): readonly Dot[] {
  const line: Dot[] = [];
  for (const dot of dots) {
    const last = line.at(-1);
    if (last === undefined || (dot.revision >= last.revision && dot.at > last.at)) line.push(dot);
  }
  return line;
}

function legend(r: Reading, dots: readonly Dot[], dashed: boolean): readonly LegendEntry[] {
  const picture = (shape: Shape, tone: Tone): Svg => el('svg', { viewBox: '0 0 16 16', width: 14, height: 14, color: toneInk[tone], 'aria-hidden': 'true' }, shapeOf(shape));
  const verdicts = new Map(r.case.candidates.filter((c) => c.revision !== null && c.kind !== 'data-dir').map((c) => [verdictOf(c).shape, verdictOf(c)]));
  const path = (d: string, more: Readonly<Record<string, string>>): Svg => el('svg', { viewBox: '0 0 26 16', width: 26, height: 16, 'aria-hidden': 'true' }, el('path', { d, fill: 'none', stroke: ink.ink2, 'stroke-width': 1.6, ...more }));
  return [
    { mark: path('M0 8h26', {}), word: r.t('report.chart.legend.line') },
    ...(dashed ? [{ mark: path('M0 8h26', { stroke: ink.bad, 'stroke-dasharray': '5 3' }), word: r.t('report.chart.legend.dashed') }] : []),
    ...(dots.some((d) => d.what === 'log' || d.atLeast) ? [{ mark: path('M8 11l5-6 5 6', { stroke: ink.ink3 }), word: r.t('report.chart.legend.log') }] : []),
    ...[...verdicts.values()].map((v) => ({ mark: picture(v.shape, v.tone), word: r.t(v.word) })),
  ];
}

/** How much was written, and how much each candidate still holds: verdict marks at (time of content, revision). */
export function revisionsChart(sheet: Sheet): Chart | null {
  const { reading: r, width, narrow, id } = sheet;
  const all = dotsOf(r);
  const lastState = ms(r.case.lastKnownState?.time.best) ?? ms(r.case.lastKnownState?.time.notAfter);
  const lastRevision = r.case.lastKnownState?.revision ?? null;
  const pick = all.find((d) => d.picked) ?? null;
  const until = Math.max(...all.map((d) => d.at), ...(lastState === null ? [] : [lastState]));
  const lossFrom = pick !== null && lastState !== null && lastRevision !== null && lastState > pick.at && lastRevision > pick.revision ? pick : null;
  const since = lossFrom === null ? Number.NEGATIVE_INFINITY : until - lossShare * (until - lossFrom.at);
  const dots = all.filter((d) => d.at >= since);
  const [first] = dots;
  if (first === undefined || dots.length < 2 || until - first.at < 1000) return null;
  const top = 34;
  const bottom = narrow ? 250 : 300;
  const left = 64;
  const right = width - (narrow ? 18 : 110);
  const revisions = [...dots.map((d) => d.revision), ...(lastRevision === null ? [] : [lastRevision])];
  const x = scaleLinear().domain([first.at, until]).range([left + 14, right]);
  const y = scaleLinear().domain([Math.min(...revisions), Math.max(...revisions)]).nice(4).range([bottom, top]);
  const parts: Svg[] = [];
  const rows = y.ticks(narrow ? 4 : 5).filter((v) => Number.isInteger(v));
  for (const v of rows) parts.push(el('path', { d: `M${left} ${y(v)}H${right}`, stroke: ink.hair }), label(left - 10, y(v) + 4, r.number(v), { size: 11.5, anchor: 'end' }));
  parts.push(el('path', { d: `M${left} ${bottom}H${right}`, stroke: ink.line, 'stroke-width': 1.2 }));
  const perMs = (right - left) / (until - first.at);
  const step = tickSteps.find((s) => s * perMs >= (narrow ? 62 : 74)) ?? 10_080 * minute;
  const row = labelRow();
  const base = r.clock.midnight(first.at);
  for (let at = base + Math.ceil((first.at - base) / step) * step; at <= until; at += step) {
    const words = step >= 1440 * minute ? r.clock.date(at) : r.clock.minute(at);
    parts.push(el('path', { d: `M${x(at)} ${bottom}v5`, stroke: ink.line }));
    if (row(x(at), textWidth(words, 11.5))) parts.push(label(x(at), bottom + 19, words, { size: 11.5, anchor: 'middle' }));
  }
  parts.push(label(x(first.at) - 14, bottom + 36, r.clock.day(first.at), { size: 11.5, bold: true, fill: ink.ink }));
  if (lossFrom !== null && lastState !== null && lastRevision !== null) parts.push(lossBox(sheet, x, y, lossFrom, { at: lastState, revision: lastRevision }, bottom));
  const proven = rising(dots.filter((d) => !d.atLeast && d.what !== 'log' && d.what !== 'last' && d.tone !== 'bad'));
  const end = proven.at(-1);
  const path = (list: readonly { at: number; revision: number }[]): string => `M${list.map((d) => `${Math.round(x(d.at) * 10) / 10} ${Math.round(y(d.revision) * 10) / 10}`).join('L')}`;
  if (proven.length > 1) parts.push(el('path', { d: path(proven), fill: 'none', stroke: ink.ink2, 'stroke-width': 1.6 }));
  const dashed = end !== undefined && lastState !== null && lastRevision !== null && lastState > end.at && lastRevision > end.revision;
  if (dashed) parts.push(el('path', { d: path([end, { at: lastState, revision: lastRevision }]), fill: 'none', stroke: ink.bad, 'stroke-width': 1.6, 'stroke-dasharray': '5 3' }));
  parts.push(...marks(sheet, dots, x, y));
  if (lastState !== null && lastRevision !== null) {
    parts.push(el('g', {}, title(r.t('report.chart.revisions.point', { revision: r.number(lastRevision), time: r.clock.short(lastState), label: r.t('report.chart.revisions.last') })), el('circle', { cx: x(lastState), cy: y(lastRevision), r: 5, fill: ink.paper, stroke: ink.ink, 'stroke-width': 2 })));
    const anchor = narrow ? 'end' : 'start';
    const lx = x(lastState) + (narrow ? 4 : 12);
    parts.push(label(lx, y(lastRevision) - (narrow ? 12 : 1), r.number(lastRevision), { size: 12, bold: true, fill: ink.ink, anchor, halo: true }));
    if (!narrow) parts.push(label(lx, y(lastRevision) + 14, r.t('report.chart.revisions.last'), { size: 11, anchor, halo: true }));
  }
  const words = {
    title: r.t('report.chart.revisions.title'),
    text: r.t('report.chart.revisions.text', {
      least: r.number(Math.min(...revisions)), most: r.number(Math.max(...revisions)), from: r.clock.short(first.at), to: r.clock.short(until), offset: r.clock.offset,
      loss: lossFrom === null || lastState === null || lastRevision === null ? '' : r.t('report.chart.revisions.loss', { pick: r.number(lossFrom.revision), revisions: r.number(lastRevision - lossFrom.revision), span: r.span((lastState - lossFrom.at) / 1000) }),
    }),
  };
  return { svg: drawing(id, width, bottom + 48, words, ...parts), ...words, legend: legend(r, dots, dashed) };
}

type Scale = (value: number) => number;

function lossBox(sheet: Sheet, x: Scale, y: Scale, from: Dot, to: { readonly at: number; readonly revision: number }, bottom: number): Svg {
  const { reading: r } = sheet;
  const [x0, x1, y0, y1] = [x(from.at), x(to.at), y(from.revision), y(to.revision)];
  const time = r.span((to.at - from.at) / 1000);
  const revisions = r.t('report.revisions', { n: r.number(to.revision - from.revision) });
  const roomLeft = x0 - 70 > textWidth(revisions, 12);
  return el('g', {}, title(`${revisions}, ${time}`),
    el('rect', { x: x0, y: y1, width: x1 - x0, height: Math.max(2, y0 - y1), fill: ink.badTint }),
    el('path', { d: `M${x0} ${y0}H${x1}`, stroke: ink.bad, 'stroke-dasharray': '2 2' }),
    el('path', { d: `M${x0 - 4} ${y1}h8M${x0} ${y1}V${y0}`, stroke: ink.bad, 'stroke-width': 1.3, fill: 'none' }),
    el('path', { d: `M${x0} ${bottom - 10}H${x1}M${x0} ${bottom - 14}v8M${x1} ${bottom - 14}v8`, stroke: ink.bad, 'stroke-width': 1.3, fill: 'none' }),
    el('path', { d: `M${x0} ${y0}V${bottom}`, stroke: ink.accent, 'stroke-dasharray': '3 3' }),
    roomLeft ? label(x0 - 6, (y0 + y1) / 2, revisions, { bold: true, fill: ink.bad, anchor: 'end', halo: true }) : label((x0 + x1) / 2, y1 - 8, revisions, { bold: true, fill: ink.bad, anchor: 'middle', halo: true }),
    textWidth(time, 11.5) < x1 - x0 ? label((x0 + x1) / 2, bottom - 16, time, { size: 11.5, fill: ink.bad, anchor: 'middle', halo: true }) : null);
}

function marks(sheet: Sheet, dots: readonly Dot[], x: Scale, y: Scale): readonly Svg[] {
  const { reading: r } = sheet;
  const row = labelRow();
  const parts: Svg[] = [];
  let lastAngle = Number.NEGATIVE_INFINITY;
  for (const dot of [...dots].sort((a, b) => Number(b.picked) - Number(a.picked) || b.at - a.at)) {
    const [cx, cy] = [x(dot.at), y(dot.revision)];
    if (dot.what === 'last') continue;
    if (dot.what === 'log' || dot.atLeast) {
      if (Math.abs(cx - lastAngle) < 9) continue;
      lastAngle = cx;
      parts.push(el('g', {}, title(dot.words), el('path', { d: `M${cx - 5} ${cy + 3}l5-6 5 6`, fill: 'none', stroke: ink.ink3, 'stroke-width': 1.4 })));
    } else if (dot.what === 'clock') parts.push(el('g', {}, title(dot.words), el('circle', { cx, cy, r: 1.8, fill: ink.ink3 })));
    else {
      parts.push(pointMark(cx, cy, dot));
      const words = dot.picked ? r.t('report.chart.revisions.pick', { revision: r.number(dot.revision) }) : r.number(dot.revision);
      const width = textWidth(words, 11.5);
      const centre = dot.picked ? cx - width / 2 - 2 : cx;
      if (dot.revision !== sheet.reading.case.lastKnownState?.revision && row(centre, width)) parts.push(label(centre, cy - 15, words, { size: 11.5, anchor: 'middle', halo: true, ...(dot.picked ? { bold: true, fill: ink.accent } : {}) }));
    }
  }
  return parts;
}
