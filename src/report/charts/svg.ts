import { escapeHtml } from '../escape/html.js';

/** Markup that is already safe. Only the functions of this file make it. */
export type Svg = string & { readonly svg?: true };

type Attribute = string | number | undefined;

const round = (n: number): string => String(Math.round(n * 100) / 100);

/** One SVG element; attribute values are escaped, children are markup already. */
export function el(name: string, attributes: Readonly<Record<string, Attribute>>, ...children: readonly (Svg | null)[]): Svg {
  const list = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${typeof value === 'number' ? round(value) : escapeHtml(value)}"`]))
    .join('');
  const inner = children.filter((c) => c !== null).join('');
  return inner === '' ? `<${name}${list}/>` : `<${name}${list}>${inner}</${name}>`;
}

/** Words that a pointer or the arrow keys show. */
export const title = (words: string): Svg => `<title>${escapeHtml(words)}</title>`;

/** Colours by role; the page or the style of a lone file says what they are. */
export const ink = {
  ink: 'var(--ink,#171b22)', ink2: 'var(--ink2,#48505e)', ink3: 'var(--ink3,#616a79)', hair: 'var(--hair,#dee2e8)', line: 'var(--line,#848d9b)',
  bar: 'var(--bar,#778294)', bad: 'var(--bad,#a8261c)', badTint: 'var(--bad-tint,#fbecea)', accent: 'var(--accent,#2a4bc0)', paper: 'var(--paper,#fff)',
  ok: 'var(--ok,#17663f)', warn: 'var(--warn,#7a4c00)',
} as const;

export const toneInk = { ok: ink.ok, bad: ink.bad, warn: ink.warn, plain: ink.ink2 } as const;

/** Estimated width of a text in px: enough to drop a label rather than let two touch. */
export function textWidth(words: string, size: number): number {
  let em = 0;
  for (const c of words) em += c > '\u2e7f' ? 1 : /[iljt.,:;'|! ]/.test(c) ? 0.31 : /[mwMW—]/.test(c) ? 0.88 : /[A-Z0-9]/.test(c) ? 0.64 : 0.56;
  return em * size;
}

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** Cuts the line below out behind the letters. */
  readonly halo?: boolean;
}

/** A label. Never smaller than 11 px. */
export function label(x: number, y: number, words: string, style: TextStyle = {}): Svg {
  return el('text', {
    x, y, 'font-size': Math.max(11, style.size ?? 12), fill: style.fill ?? ink.ink2, 'text-anchor': style.anchor === 'start' ? undefined : style.anchor,
    'font-weight': style.bold === true ? 600 : undefined,
    ...(style.halo === true ? { stroke: ink.paper, 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' } : {}),
  }, escapeHtml(words));
}

/** A drawing with its words for those who do not see it. `id` is unique in the document. */
export function drawing(id: string, width: number, height: number, words: { readonly title: string; readonly text: string }, ...children: readonly (Svg | null)[]): Svg {
  return el('svg', {
    xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${round(width)} ${round(height)}`, width, height, role: 'img', 'aria-labelledby': `${id}-title ${id}-text`,
    'font-family': 'Inter, system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif',
  }, el('title', { id: `${id}-title` }, escapeHtml(words.title)), el('desc', { id: `${id}-text` }, escapeHtml(words.text)), ...children);
}

/** Hatch and fades that the marks use; `id` makes them unique in the document. */
export function definitions(id: string): Svg {
  const stop = (offset: number, opacity: number): Svg => el('stop', { offset, 'stop-color': ink.bar, 'stop-opacity': opacity });
  const hatch = (name: string, colour: string, gap: number, width: number, opacity: number): Svg =>
    el('pattern', { id: `${id}-${name}`, width: gap, height: gap, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' }, el('path', { d: `M0 0V${gap}`, stroke: colour, 'stroke-width': width, 'stroke-opacity': opacity }));
  return el('defs', {},
    el('linearGradient', { id: `${id}-fade-out` }, stop(0, 1), stop(1, 0)),
    el('linearGradient', { id: `${id}-fade-in` }, stop(0, 0), stop(1, 1)),
    hatch('failing', ink.bad, 6, 5, 1), hatch('window', ink.bad, 9, 1.6, 0.42));
}
