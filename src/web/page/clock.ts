import { language, t } from './words.js';

interface ShownZone {
  readonly name: string;
  /** Offset in ms for zones written as numbers, which not every browser knows by name. */
  readonly shift: number | null;
  readonly year: number;
}

let zone: ShownZone = { name: 'UTC', shift: 0, year: 0 };

const fixed = /^(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})$/;

/** Times are shown in the zone of the case from now on, as in the report; UTC when it has none. The year is left out where it is that of `around`. */
export function showZone(name: string | null, around: string | null): void {
  const number = fixed.exec(name ?? '+00:00');
  const shift = number === null ? null : (number[1] === '-' ? -1 : 1) * (Number(number[2]) * 60 + Number(number[3])) * 60_000;
  zone = { name: name ?? 'UTC', shift, year: around === null ? 0 : new Date(around).getUTCFullYear() };
}

function parts(at: number, options: Intl.DateTimeFormatOptions): string {
  const locale = language() === 'en' ? 'en-GB' : 'zh-CN';
  const place = zone.shift === null ? zone.name : 'UTC';
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: place, hourCycle: 'h23' }).format(at + (zone.shift ?? 0)).replace(',', '');
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', hourCycle: 'h23' }).format(at).replace(',', '');
  }
}

const clockParts = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const dayParts = { day: 'numeric', month: 'short' } as const;

/** An RFC 3339 time in the zone of the case, to the second: `11 May 02:30:07`. */
export function time(text: string | null): string {
  if (text === null) return t('web.unknown');
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  return parts(at, { ...dayParts, ...(new Date(at).getUTCFullYear() === zone.year ? {} : { year: 'numeric' }), ...clockParts });
}

/** A sentence of the case with its times in the zone of the case. */
export const atCaseTime = (text: string): string => text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (found) => time(found));

/** Two times as one interval; the day is said once. */
export function interval(from: string, to: string): string {
  const [a, b] = [Date.parse(from), Date.parse(to)];
  if (b - a < 1000) return time(from);
  const sameDay = parts(a, { ...dayParts, year: 'numeric' }) === parts(b, { ...dayParts, year: 'numeric' });
  return `${time(from)} – ${sameDay ? parts(b, clockParts) : time(to)}`;
}

/** `Times are +08:00, Asia/Shanghai`. */
export function zoneNote(around: string | null): string {
  const at = around === null ? Date.now() : Date.parse(around);
  const offset = zone.shift === null ? new Intl.DateTimeFormat('en-GB', { timeZone: zone.name, timeZoneName: 'longOffset' }).formatToParts(at).find((part) => part.type === 'timeZoneName')?.value.replace('GMT', '') || '+00:00' : zone.name;
  return t('web.zone', { zone: offset === zone.name ? offset : `${offset} (${zone.name})` });
}

/** When something was done on this machine, in its own zone: `Tue 24 Nov 2026 18:09`. */
export function here(text: string): string {
  const locale = language() === 'en' ? 'en-GB' : 'zh-CN';
  return new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(Date.parse(text)).replaceAll(',', '');
}
