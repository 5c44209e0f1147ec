import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import type { CaseEvent, TimeWindow } from '../../case/model.js';

/** Reads RFC 3339 to ms; null for null and for what is no time. */
export function ms(time: string | null | undefined): number | null {
  if (time === null || time === undefined) return null;
  const value = Date.parse(time);
  return Number.isFinite(value) ? value : null;
}

/** The moment by which an event is put in order. */
export function eventTime(event: CaseEvent): number {
  return ms(event.time.best) ?? ms(event.time.notBefore) ?? ms(event.time.notAfter) ?? Number.POSITIVE_INFINITY;
}

/** Shows times in one zone and language. */
export interface Clock {
  /** `+08:00`. */
  readonly offset: string;
  /** `Asia/Shanghai`, or the offset when nothing else is known. */
  readonly zone: string;
  /** `02:30:07`. */
  time(at: number): string;
  /** `02:30`. */
  minute(at: number): string;
  /** `Sat 11 May`. */
  day(at: number): string;
  /** `11 May`. */
  date(at: number): string;
  /** `Saturday 11 May 02:30:07`. */
  full(at: number): string;
  /** `Saturday 11 May 2024`. */
  longDay(at: number): string;
  /** `11 May 02:30:07`. */
  short(at: number): string;
  /** `2024-05-11T02:30:07+08:00`. */
  iso(at: number): string;
  /** First moment of the day that holds `at`. */
  midnight(at: number): number;
  /** An interval in few words: one time, `a – b`, `after a`, `before b`, `unknown`. */
  window(window: TimeWindow): string;
}

const fixedOffset = /^(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})$/;
const pad = (n: number): string => String(n).padStart(2, '0');

function offsetReader(zone: string): (at: number) => number {
  const fixed = fixedOffset.exec(zone);
  if (fixed !== null) {
    const minutes = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
    return () => minutes;
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' });
  } catch {
    return () => 0;
  }
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / 900_000);
    const seen = known.get(quarter);
    if (seen !== undefined) return seen;
    const part = Object.fromEntries(format.formatToParts(quarter * 900_000).map((p) => [p.type, Number(p.value)]));
    const local = Date.UTC(part['year'] ?? 1970, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0);
    const minutes = Math.round((local - quarter * 900_000) / 60_000);
    known.set(quarter, minutes);
    return minutes;
  };
}

const offsetWord = (minutes: number): string => `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;

/** A clock of the case's zone; UTC when the zone is unknown. `around` decides the offset that is named. */
export function clockIn(zone: string | null, language: Language, around: number): Clock {
  const offsetAt = offsetReader(zone ?? '+00:00');
  const local = (at: number): Date => new Date(at + offsetAt(at) * 60_000);
  const t = (key: string, params: Record<string, string | number> = {}): string => say(language, key, params);
  const parts = (at: number): Record<string, string | number> => {
    const d = local(at);
    return {
      year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, date: d.getUTCDate(),
      monthName: t('report.months').split(' ')[d.getUTCMonth()] ?? '',
      weekday: t('report.weekdays').split(' ')[d.getUTCDay()] ?? '',
      weekdayShort: t('report.weekdays.short').split(' ')[d.getUTCDay()] ?? '',
      time: `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`,
    };
  };
  const time = (at: number): string => String(parts(at)['time']);
  const sameDay = (a: number, b: number): boolean => Math.floor((a + offsetAt(a) * 60_000) / 86_400_000) === Math.floor((b + offsetAt(b) * 60_000) / 86_400_000);
  const clock: Clock = {
    offset: offsetWord(offsetAt(around)),
    zone: zone ?? 'UTC',
    time,
    minute: (at) => time(at).slice(0, 5),
    day: (at) => t('report.day', parts(at)),
    date: (at) => t('report.date', parts(at)),
    full: (at) => t('report.day.full', parts(at)),
    longDay: (at) => t('report.day.long', parts(at)),
    short: (at) => t('report.day.time', parts(at)),
    iso: (at) => `${local(at).toISOString().slice(0, 19)}${offsetWord(offsetAt(at))}`,
    midnight: (at) => at - ((((at + offsetAt(at) * 60_000) % 86_400_000) + 86_400_000) % 86_400_000),
    window({ notBefore, notAfter }) {
      const a = ms(notBefore);
      const b = ms(notAfter);
      if (a === null) return b === null ? t('report.unknown') : t('report.before', { time: clock.short(b) });
      if (b === null) return t('report.after', { time: clock.short(a) });
      if (b - a < 1000) return clock.short(a);
      return `${clock.short(a)} – ${sameDay(a, b) ? time(b) : clock.short(b)}`;
    },
  };
  return clock;
}

/** Times that stay on one line; an interval may break after its dash. */
export const unbroken = (times: string): string => times.split(' – ').map((part) => part.replaceAll(' ', '\u00a0')).join('\u00a0– ');
