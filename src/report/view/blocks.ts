import type { Basis } from '../../case/model.js';
import type { ChartName } from '../charts/chart-names.js';
import type { Shape, Tone } from '../charts/glyphs.js';
import type { Rich } from './rich.js';

/** A silhouette with its word; never one without the other. */
export interface Mark {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly word: string;
}

export interface Cell {
  readonly text: Rich;
  /** Second line in small print. */
  readonly below?: Rich;
  readonly mark?: Mark;
  readonly basis?: Basis;
  /** Filled cells of three, beside the word in `text`. */
  readonly confidence?: 0 | 1 | 2 | 3;
  /** RFC 3339 of the moment, or of the interval's start. */
  readonly time?: string;
  readonly tag?: string;
}

export interface Row {
  readonly cells: readonly Cell[];
  readonly pick?: boolean;
  readonly quiet?: boolean;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly number?: boolean; readonly kind?: 'mono' | 'narrow' | 'wide' | 'path' | 'label' | 'host' | 'where' | 'most' | 'loss' | 'cause' }[];
  readonly rows: readonly Row[];
  readonly note?: Rich;
  /** Long, and read by few: folded on every screen, or on a phone behind its first rows. Never on paper. */
  readonly fold?: 'screen' | 'phone';
}

export interface Step {
  readonly number: string;
  readonly title: Rich;
  /** Who does it where no script does. */
  readonly host: string;
  /** The calls of scripts that do it, one a host. */
  readonly calls: readonly { readonly host: string; readonly call: string }[];
  /** What is run; by several hosts: what the first one runs. */
  readonly commands: readonly string[];
  /** The commands of the other hosts, which differ in their own names and addresses only. */
  readonly alike: readonly { readonly host: string; readonly commands: readonly string[] }[];
  readonly expect: Rich | null;
  readonly stopIf: Rich | null;
  readonly cites: Rich;
}

/** One thing that a section shows. */
export type Block =
  | { readonly kind: 'prose'; readonly text: Rich }
  | { readonly kind: 'list'; readonly items: readonly Rich[] }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'chart'; readonly name: ChartName }
  | { readonly kind: 'callout'; readonly title: string; readonly items: readonly Rich[] }
  | { readonly kind: 'steps'; readonly title: Rich; readonly steps: readonly Step[] }
  | { readonly kind: 'points'; readonly points: readonly { readonly shape: Shape; readonly tone: Tone; readonly title: Rich; readonly text: Rich }[] }
  | { readonly kind: 'heading'; readonly text: string }
  /** A section that only people can fill: `answer` is their Markdown, or null. */
  | { readonly kind: 'human'; readonly prompt: string; readonly answer: string | null }
  | { readonly kind: 'facts'; readonly facts: readonly { readonly term: string; readonly value: Rich }[] }
  | { readonly kind: 'evidence' };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly lead: Rich | null;
  readonly blocks: readonly Block[];
}
