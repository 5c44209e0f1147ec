import type { Reading } from '../view/reading.js';
import type { Svg } from './svg.js';

/** Drawings are made for a width, not scaled to it: labels stay readable. */
export type ChartWidth = 'wide' | 'paper' | 'narrow';

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
