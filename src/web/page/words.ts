import { fill } from '../../words/fill.js';

export type Language = 'en' | 'zh-CN';

let words: Readonly<Record<string, string>> = {};
let current: Language = 'en';

export const language = (): Language => current;

/** Loads the words of one language; the choice is remembered in this browser. */
export async function loadWords(wanted: Language): Promise<void> {
  const answer = await fetch(`/api/words?lang=${wanted}`);
  words = (await answer.json()) as Record<string, string>;
  current = wanted;
  document.documentElement.lang = wanted;
  localStorage.setItem('language', wanted);
}

export function preferredLanguage(): Language {
  const saved = localStorage.getItem('language');
  if (saved === 'en' || saved === 'zh-CN') return saved;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** The sentence for a key, places filled. */
export function t(key: string, params: Readonly<Record<string, string | number>> = {}): string {
  return fill(words[key] ?? key, params);
}

/** 8630 -> "8,630"; null -> the word for unknown. */
export function count(value: number | null): string {
  return value === null ? t('web.unknown') : value.toLocaleString('en-US');
}

/** Bytes as people read them, decimal units. */
export function bytes(value: number): string {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const) {
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return `${value} B`;
}

/** Seconds as hours, minutes and seconds. */
export function span(seconds: number | null): string {
  if (seconds === null) return t('web.unknown');
  const s = Math.round(seconds);
  const parts: string[] = [];
  if (s >= 3600) parts.push(t('web.hours', { n: Math.floor(s / 3600) }));
  if (s >= 60 && s % 3600 >= 60) parts.push(t('web.minutes', { n: Math.floor((s % 3600) / 60) }));
  if (s < 3600 && s % 60 > 0) parts.push(t('web.seconds', { n: s % 60 }));
  return parts.length === 0 ? t('web.seconds', { n: 0 }) : parts.join(' ');
}
