import type { Case } from '../../case/model.js';
import { readCase, type Reading } from '../view/reading.js';
import { backupsChart } from './backups-chart.js';
import { revisionsChart } from './revisions-chart.js';
import { timelineChart } from './timeline-chart.js';
import type { Svg } from './svg.js';

export const chartNames = ['timeline', 'revisions', 'backups'] as const;
export type ChartName = (typeof chartNames)[number];

/** Drawings are made for a width, not scaled to it: labels stay readable. */
export type ChartWidth = 'wide' | 'paper' | 'narrow';
const widths: Readonly<Record<ChartWidth, number>> = { wide: 1016, paper: 640, narrow: 318 };

/** What a chart function gets: the case, its width, and an id that is unique in the document. */
export interface Sheet {
  readonly reading: Reading;
  readonly id: string;
  readonly width: number;
  readonly narrow: boolean;
}

/** A drawing and the marks that its legend explains. */
export interface Chart {
  readonly svg: Svg;
  readonly title: string;
  readonly text: string;
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly mark: Svg;
  readonly word: string;
}

const charts: Readonly<Record<ChartName, (sheet: Sheet) => Chart | null>> = { timeline: timelineChart, revisions: revisionsChart, backups: backupsChart };

/** One chart of a case being read; null when the case holds nothing to draw. */
export function drawChart(reading: Reading, name: ChartName, width: ChartWidth): Chart | null {
  return charts[name]({ reading, id: `${name}-${width}`, width: widths[width], narrow: width === 'narrow' });
}

/**
 * A chart as one SVG for the web page and for use as a file. Colours are `var(--name, light colour)`, so a
 * page with the variables of the report colours it. Null when the case holds nothing to draw.
 */
export function chartOf(theCase: Case, name: ChartName, width: ChartWidth = 'wide'): string | null {
  return drawChart(readCase(theCase), name, width)?.svg ?? null;
}
