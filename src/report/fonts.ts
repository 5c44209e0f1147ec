import { readFileSync } from 'node:fs';

interface Font {
  readonly family: string;
  readonly weight: number;
  readonly file: string;
}

const latin: readonly Font[] = [
  { family: 'Inter', weight: 400, file: 'inter-latin-400-normal.woff2' },
  { family: 'Inter', weight: 600, file: 'inter-latin-600-normal.woff2' },
  { family: 'JetBrains Mono', weight: 400, file: 'jetbrains-mono-latin-400-normal.woff2' },
];
const latinPaper: readonly Font[] = [{ family: 'JetBrains Mono', weight: 600, file: 'jetbrains-mono-latin-700-normal.woff2' }];
const chinese: readonly Font[] = [
  { family: 'Noto Sans SC', weight: 400, file: 'noto-sans-sc-chinese-simplified-400-normal.woff2' },
  { family: 'Noto Sans SC', weight: 600, file: 'noto-sans-sc-chinese-simplified-700-normal.woff2' },
];

/** Quotation marks, dashes and dots are left to the Chinese font in Chinese text. */
const latinRange = 'U+0-FF,U+131,U+152-153,U+2BB-2BC,U+2C6,U+2DA,U+2DC,U+2000-200F,U+2020-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD';
const latinPunctuation = 'U+2010-201F';

const cache = new Map<string, string>();

function face(font: Font, range: string | null): string {
  const known = cache.get(font.file) ?? readFileSync(new URL(`../../assets/fonts/${font.file}`, import.meta.url)).toString('base64');
  cache.set(font.file, known);
  return `@font-face{font-family:"${font.family}";font-style:normal;font-weight:${font.weight};font-display:block;src:url(data:font/woff2;base64,${known}) format("woff2")${range === null ? '' : `;unicode-range:${range}`}}`;
}

/** Fonts of a report that is read on a screen: Latin only, the rest comes from the reader's system. */
export function screenFonts(language: string): string {
  const range = language === 'en' ? `${latinRange},${latinPunctuation}` : latinRange;
  return latin.map((font) => face(font, range)).join('\n');
}

/** Fonts of a report on paper: all; the Chinese ones only when the text needs them (they cost a second). */
export function paperFonts(language: string, text: string): string {
  const range = language === 'en' ? `${latinRange},${latinPunctuation}` : latinRange;
  const needsChinese = /[\u2190-\uffff]/.test(text) || language !== 'en';
  return [...[...latin, ...latinPaper].map((font) => face(font, range)), ...(needsChinese ? chinese.map((font) => face(font, null)) : [])].join('\n');
}
