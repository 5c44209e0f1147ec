import type { Case } from '../../case/model.js';
import { readCase, type Reading } from '../view/reading.js';
import { backupsChart } from './backups-chart.js';
import { revisionsChart } from './revisions-chart.js';
import { timelineChart } from './timeline-chart.js';
import type { ChartName } from './chart-names.js';
import type { Chart, ChartWidth, Sheet } from './sheet.js';

const widths: Readonly<Record<ChartWidth, number>> = { wide: 1016, paper: 640, narrow: 318 };

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
