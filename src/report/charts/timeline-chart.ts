import type { Chart, LegendEntry, Sheet } from './sheet.js';
import { gapAxis, type GapAxis } from './gap-axis.js';
import { shapeOf } from './glyphs.js';
import { lanesOf, type Bar, type Lane, type Point } from './lanes.js';
import { definitions, drawing, el, ink, label, textWidth, title, toneInk, type Svg } from './svg.js';
import { labelRow, timeAxis } from './time-axis.js';

const barHeight = 10;
const top = 62;

interface Stage {
  readonly sheet: Sheet;
  readonly axis: GapAxis;
  readonly right: number;
  readonly pitch: number;
  /** Edges of the window of the outage: no words across them. */
  readonly edges: readonly number[];
}

function angle(x: number, y: number, way: 1 | -1): Svg {
  return el('path', { d: `M${x - 3 * way} ${y - 5}l${5 * way} 5l${-5 * way} 5`, fill: 'none', stroke: ink.ink3, 'stroke-width': 1.4 });
}

function runningBar(stage: Stage, bar: Bar, y: number): Svg {
  const { axis, sheet } = stage;
  const x0 = axis.x(bar.from);
  const x1 = axis.x(bar.to);
  const parts: Svg[] = [title(bar.words), el('rect', { x: x0, y: y - barHeight / 2, width: Math.max(1, x1 - x0), height: barHeight, fill: ink.bar })];
  if (bar.endsBy !== undefined) {
    const gone = axis.x(bar.endsBy);
    parts.push(el('rect', { x: x1, y: y - barHeight / 2, width: Math.max(0, gone - x1), height: barHeight, fill: `url(#${sheet.id}-fade-out)` }), el('path', { d: `M${x1} ${y - 8}V${y + 8}`, stroke: ink.ink, 'stroke-width': 1.8 }));
  }
  if (bar.startsAfter !== undefined) {
    const begins = axis.x(bar.startsAfter);
    parts.push(el('rect', { x: begins, y: y - barHeight / 2, width: Math.max(0, x0 - begins), height: barHeight, fill: `url(#${sheet.id}-fade-in)` }), el('path', { d: `M${begins} ${y - 8}V${y + 8}M${x0} ${y - 8}V${y + 8}`, stroke: ink.ink2, 'stroke-dasharray': '2 2' }));
  }
  if (bar.openStart === true) parts.push(angle(x0 - 5, y, -1));
  if (bar.openEnd === true) parts.push(angle(x1 + 5, y, 1));
  return el('g', {}, ...parts);
}

function failingBar(stage: Stage, bar: Bar, y: number): Svg {
  const x0 = stage.axis.x(bar.from);
  const width = Math.max(3, stage.axis.x(bar.to) - x0);
  const frame = { x: x0, y: y - barHeight / 2, width, height: barHeight };
  return el('g', {}, title(bar.words), el('rect', { ...frame, fill: ink.badTint }), el('rect', { ...frame, fill: `url(#${stage.sheet.id}-failing)`, stroke: ink.bad, 'stroke-width': 1.2 }), bar.openEnd === true ? angle(x0 + width + 5, y, 1) : null);
}

function barOf(stage: Stage, bar: Bar, y: number): Svg {
  if (bar.kind === 'failing') return failingBar(stage, bar, y);
  if (bar.kind === 'running') return runningBar(stage, bar, y);
  const x0 = stage.axis.x(bar.from);
  return el('g', {}, title(bar.words), el('rect', { x: x0, y: y - 3, width: Math.max(6, stage.axis.x(bar.to) - x0), height: 6, fill: ink.bar }));
}

/** A mark by shape, centred, in the colour of its tone; a ring around the choice. */
export function pointMark(x: number, y: number, point: Pick<Point, 'shape' | 'tone' | 'picked' | 'words'>): Svg {
  const shape = point.shape === 'failure'
    ? el('path', { d: `M${x - 4} ${y - 4}l8 8M${x + 4} ${y - 4}l-8 8`, stroke: ink.bad, 'stroke-width': 2, fill: 'none' })
    : el('g', { transform: `translate(${Math.round((x - 7) * 100) / 100} ${Math.round((y - 7) * 100) / 100}) scale(0.875)`, color: point.shape === 'disc' ? ink.ink : toneInk[point.tone] }, shapeOf(point.shape));
  return el('g', {}, title(point.words), el('rect', { x: x - 9, y: y - 9, width: 18, height: 18, fill: 'transparent' }), shape, point.picked === true ? el('circle', { cx: x, cy: y, r: 10.5, fill: 'none', stroke: ink.accent, 'stroke-width': 2 }) : null);
}

/** Points that would cover one another are folded into the first, with a count. */
function pointsOf(stage: Stage, lane: Lane, y: number): Svg {
  const parts: Svg[] = [];
  let last = Number.NEGATIVE_INFINITY;
  let folded = 0;
  // On a narrow sheet the name of the lane stands above it: no count is set into it, nor across the window's edges.
  const taken = stage.sheet.narrow ? textWidth(lane.label, 13) + 4 : 0;
  const flush = (): void => {
    const words = stage.sheet.reading.t('report.chart.events.folded', { n: folded });
    const [from, to] = [last + 10, last + 10 + textWidth(words, 11)];
    if (folded > 0 && from > taken && !stage.edges.some((edge) => from - 2 < edge && edge < to + 2)) parts.push(label(from, y - 8, words, { size: 11, fill: ink.ink3 }));
    folded = 0;
  };
  for (const point of [...lane.points].sort((a, b) => a.at - b.at)) {
    const x = stage.axis.x(point.at);
    if (x - last < 14 && point.picked !== true) {
      folded += 1;
      continue;
    }
    flush();
    parts.push(pointMark(x, y, point));
    last = x;
  }
  flush();
  return parts.join('');
}

function captions(stage: Stage, lane: Lane, y: number): Svg {
  const row = labelRow();
  return lane.bars.flatMap((bar): readonly Svg[] => {
    if (bar.caption === undefined) return [];
    const width = textWidth(bar.caption, 11);
    const wanted = bar.kind === 'running' ? stage.axis.x(bar.to) - width - 4 : bar.kind === 'collecting' ? stage.axis.x(bar.from) - width - 6 : stage.axis.x(bar.from) + 4;
    if (bar.kind === 'running' && wanted < stage.axis.x(bar.from)) return [];
    const x = Math.min(Math.max(0, wanted), stage.right - width);
    if (stage.edges.some((edge) => x - 3 < edge && edge < x + width + 3)) return [];
    const dy = bar.kind === 'collecting' ? 4 : -9;
    return row(x + width / 2, width) ? [label(x, y + dy, bar.caption, { size: 11, fill: bar.kind === 'failing' ? ink.bad : ink.ink2, halo: true })] : [];
  }).join('');
}

function crashWindow(stage: Stage, crash: { readonly from: number; readonly to: number }, bottom: number): Svg {
  const { reading: r, id } = stage.sheet;
  const x0 = stage.axis.x(crash.from);
  const x1 = stage.axis.x(crash.to);
  const words = r.t('report.chart.crash');
  const width = r.t('report.chart.crash.width', { span: r.span((crash.to - crash.from) / 1000) });
  const half = Math.max(textWidth(words, 12), textWidth(width, 11.5)) / 2;
  const centre = Math.min(Math.max((x0 + x1) / 2, half + 2), stage.right - half);
  const box = { x: x0, y: top - 14, width: Math.max(2, x1 - x0), height: bottom - top + 14 };
  return el('g', {}, title(`${words}: ${width}`),
    el('rect', { ...box, fill: ink.badTint }), el('rect', { ...box, fill: `url(#${id}-window)` }),
    el('path', { d: `M${x0} ${top - 24}V${bottom}M${x1} ${top - 24}V${bottom}`, stroke: ink.bad, 'stroke-width': 1.3, 'stroke-dasharray': '4 3' }),
    el('path', { d: `M${x0} ${top - 24}H${x1}`, stroke: ink.bad, 'stroke-width': 1.3 }),
    label(centre, top - 45, words, { size: 12, bold: true, fill: ink.bad, anchor: 'middle' }), label(centre, top - 30, width, { size: 11.5, fill: ink.bad, anchor: 'middle' }));
}

/** The four ways a bar can look, as little pictures. */
function legendOf(sheet: Sheet, lanes: readonly Lane[], compressed: boolean): readonly LegendEntry[] {
  const { reading: r } = sheet;
  const id = sheet.id;
  const box = (...parts: readonly Svg[]): Svg => el('svg', { viewBox: '0 0 26 16', width: 26, height: 16, 'aria-hidden': 'true', focusable: 'false' }, ...parts);
  const bars = lanes.flatMap((l) => l.bars);
  const marked = (shape: Point['shape']): boolean => lanes.some((l) => l.component !== 'backup' && l.points.some((p) => p.shape === shape));
  const shapes = [...new Map(lanes.filter((l) => l.component === 'backup').flatMap((l) => l.points).map((p) => [p.shape, p])).values()];
  const words = new Map(['good', 'cut', 'damaged', 'empty', 'unchecked'].map((s) => [s, r.t(`report.run.${s}`)]));
  const word = (shape: Point['shape']): string => words.get({ tick: 'good', torn: 'cut', cross: 'damaged', empty: 'empty', ring: 'unchecked' }[shape as string] ?? '') ?? '';
  return [
    ...(bars.some((b) => b.kind === 'running') ? [{ mark: box(el('rect', { x: 0, y: 3, width: 26, height: 10, fill: ink.bar })), word: r.t('report.chart.legend.running') }] : []),
    ...(bars.some((b) => b.endsBy !== undefined) ? [{ mark: box(el('rect', { x: 1, y: 3, width: 25, height: 10, fill: `url(#${id}-fade-out)` }), el('path', { d: 'M1 1v14', stroke: ink.ink, 'stroke-width': 1.8 })), word: r.t('report.chart.legend.ended') }] : []),
    ...(bars.some((b) => b.startsAfter !== undefined) ? [{ mark: box(el('rect', { x: 1, y: 3, width: 24, height: 10, fill: `url(#${id}-fade-in)` }), el('path', { d: 'M1 1v14M25 1v14', stroke: ink.ink2, 'stroke-dasharray': '2 2' })), word: r.t('report.chart.legend.started') }] : []),
    ...(bars.some((b) => b.kind === 'failing') ? [{ mark: box(el('rect', { x: 1, y: 3, width: 24, height: 10, fill: `url(#${id}-failing)`, stroke: ink.bad })), word: r.t('report.chart.legend.failing') }] : []),
    ...(compressed ? [{ mark: box(el('path', { d: 'M0 8h26', stroke: ink.line, 'stroke-dasharray': '1.5 3' }), el('path', { d: 'M8 13l4-10M14 13l4-10', stroke: ink.ink2, 'stroke-width': 1.4 })), word: r.t('report.chart.legend.gap') }] : []),
    ...(['disc', 'ring'] as const).filter((shape) => marked(shape)).map((shape) => ({ mark: el('svg', { viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true' }, shapeOf(shape)), word: r.t(`report.chart.legend.${shape === 'disc' ? 'observed' : 'inferred'}`) })),
    ...(marked('failure') ? [{ mark: box(el('path', { d: 'M9 4l8 8M17 4l-8 8', stroke: ink.bad, 'stroke-width': 2 })), word: r.t('report.chart.legend.failure') }] : []),
    ...shapes.filter((p) => p.shape !== 'failure' && word(p.shape) !== '').map((p) => ({ mark: el('svg', { viewBox: '0 0 16 16', width: 14, height: 14, color: toneInk[p.tone], 'aria-hidden': 'true' }, shapeOf(p.shape as Exclude<Point['shape'], 'failure'>)), word: word(p.shape) })),
  ];
}

/** Lanes per host and component on a time axis that shortens silence and says so. */
export function timelineChart(sheet: Sheet): Chart | null {
  const { reading: r, width, narrow, id } = sheet;
  const { lanes, crash, until } = lanesOf(r);
  if (lanes.length === 0 || until === null) return null;
  const left = narrow ? 12 : Math.min(190, 34 + Math.max(...lanes.map((l) => textWidth(l.label, 13))));
  const right = width - 14;
  const drawn = [...lanes.flatMap((l) => [...l.bars.flatMap((b) => [b.from, b.to, b.endsBy ?? b.to, b.startsAfter ?? b.from]), ...l.points.map((p) => p.at)]), ...(crash === null ? [] : [crash.from, crash.to]), until];
  const axis = gapAxis(drawn, left + 10, right - left - 22, narrow);
  const stage: Stage = { sheet, axis, right, pitch: narrow ? 46 : 40, edges: crash === null ? [] : [axis.x(crash.from), axis.x(crash.to)] };
  const several = new Set(lanes.map((l) => l.host)).size > 1 || !narrow;
  const parts: Svg[] = [];
  let y = top;
  let host: string | null | undefined;
  for (const lane of lanes) {
    if (several && lane.host !== host) {
      if (host !== undefined) y += 12;
      parts.push(label(0, y + 6, lane.host ?? r.t('report.unknown'), { size: 13, bold: true, fill: ink.ink }));
      y += 24;
      host = lane.host;
    }
    const middle = narrow ? y + 26 : y + 20;
    parts.push(
      label(narrow ? 0 : 14, narrow ? y + 12 : middle + 4, lane.label, { size: 13 }),
      el('path', { d: `M${narrow ? 0 : left} ${y + stage.pitch - 2}H${right}`, stroke: ink.hair }),
      ...lane.bars.map((bar) => barOf(stage, bar, middle)), captions(stage, lane, middle), pointsOf(stage, lane, middle),
    );
    if (lane.inWindow !== undefined && crash !== null) {
      const centre = (axis.x(crash.from) + axis.x(crash.to)) / 2;
      if (textWidth(lane.inWindow, 11.5) < axis.x(crash.to) - axis.x(crash.from) - 8) parts.push(label(centre, middle + 4, lane.inWindow, { size: 11.5, anchor: 'middle', halo: true }));
    }
    y += stage.pitch;
  }
  const bottom = y;
  const from = Math.min(...drawn);
  const words = {
    title: r.t('report.chart.timeline.title'),
    text: r.t('report.chart.timeline.text', {
      lanes: lanes.length, from: r.clock.short(from), to: r.clock.short(until), offset: r.clock.offset,
      crash: crash === null ? r.t('report.chart.timeline.no-crash') : r.t('report.chart.timeline.crash', { from: r.clock.full(crash.from), to: r.clock.full(crash.to), span: r.span((crash.to - crash.from) / 1000) }),
    }),
  };
  const shift = crash === null ? top - 14 : 0;
  const svg = drawing(id, width, bottom + 50 - shift, words, definitions(id),
    el('g', { transform: `translate(0 ${-shift})` }, crash === null ? null : crashWindow(stage, crash, bottom), ...parts, timeAxis(r, axis, bottom + 6, left, right)));
  return { svg, ...words, legend: legendOf(sheet, lanes, axis.pieces.some((p) => p.compressed)) };
}

