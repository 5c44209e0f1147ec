import type { Language } from './catalogue.js';
import { say } from './say.js';

/** `26 s`, `30 min 26 s`, `55 h 52 min`, `12 d 3 h`; two units, so that nothing looks more exact than it is. */
export function duration(language: Language, seconds: number): string {
  const s = Math.round(Math.abs(seconds));
  const unit = (key: string, n: number): string => say(language, `report.unit.${key}`, { n });
  const two = (a: string, n: number, b: string, m: number): string => (m === 0 && s % (a === 'min' ? 60 : 3600) === 0 ? unit(a, n) : `${unit(a, n)} ${unit(b, m)}`);
  if (s < 60) return unit('s', s);
  if (s < 3600) return two('min', Math.floor(s / 60), 's', s % 60);
  const minutes = Math.floor(s / 60);
  if (minutes < 100 * 60) return two('h', Math.floor(minutes / 60), 'min', minutes % 60);
  const hours = Math.floor(minutes / 60);
  return two('d', Math.floor(hours / 24), 'h', hours % 24);
}
