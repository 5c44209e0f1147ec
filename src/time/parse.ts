import { monthNumber } from './month-names.js';
import type { Stamp } from './stamp.js';

/** Wall-clock fields as written. */
export type Civil = Extract<Stamp, { kind: 'civil' }>;

interface CivilParts {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly fraction?: string | undefined;
  readonly precisionMs?: number;
  readonly zone?: string | null | undefined;
}

/** Builds a civil stamp; null when a field is out of range. */
export function civil(parts: CivilParts): Civil | null {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction } = parts;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null;
  if (year !== null && (year < 1970 || year > 9999)) return null;
  return {
    kind: 'civil', year, month, day, hour, minute, second: Math.min(second, 59),
    millisecond: fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000),
    precisionMs: parts.precisionMs ?? (fraction === undefined ? 1000 : 10 ** (3 - Math.min(9, fraction.length))),
    zone: parts.zone === undefined || parts.zone === null || parts.zone === '' ? null : parts.zone,
  };
}

/** An exact instant from an epoch in ms. */
export function epoch(ms: number, precisionMs: number): Stamp | null {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? { kind: 'instant', ms, precisionMs } : null;
}

const iso = /(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T _](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z\b|[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b)?/;

/** Minutes east of UTC of `Z`, `+0800`, `+08:00`, `-05`; null for anything else. */
export function offsetMinutes(text: string): number | null {
  if (text === 'Z' || text === 'UTC' || text === 'GMT') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(text);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return minutes > 14 * 60 ? null : match[1] === '-' ? -minutes : minutes;
}

/**
 * Reads `2026-10-15T03:15:01.475934912+02:00`, `2024-05-11 00:33:06.329261`, `2025/07/14 10:48:03`:
 * with an offset it is an instant, without one a civil time. The match may stand anywhere in `text`.
 */
export function parseIso(text: string): Stamp | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const stamp = civil({
    year: Number(year), month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute),
    second: Number(second ?? 0), fraction, ...(second === undefined ? { precisionMs: 60_000 } : {}), zone: zone ?? null,
  });
  if (stamp === null || zone === undefined) return stamp;
  return toInstant(stamp, offsetMinutes(zone));
}

/** A civil time with a known offset as an instant. */
export function toInstant(stamp: Civil, offset: number | null): Stamp {
  if (offset === null || stamp.year === null) return stamp;
  const ms = Date.UTC(stamp.year, stamp.month - 1, stamp.day, stamp.hour, stamp.minute, stamp.second, stamp.millisecond) - offset * 60_000;
  return { kind: 'instant', ms, precisionMs: stamp.precisionMs };
}

const monthWord = String.raw`(?:\d{1,2}月|\d{1,2}월|[A-Za-zÀ-žА-яё]{3,12}\.?)`;
const syslog = new RegExp(String.raw`^\s*(?:(?:周|星期)?[一二三四五六日]\s+|[A-Za-z]{2,3}\.?,?\s+)?(${monthWord})\s{0,3}(\d{1,2})日?(?:\s+(\d{4}))?\s+(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?`);
const dayFirst = new RegExp(String.raw`^\s*(?:[A-Za-zÀ-žА-я]{2,4}\.?,?\s+)?(\d{1,2})\.?\s+(${monthWord})(?:\s+(\d{4}))?,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`);

/**
 * Reads the time at the beginning of a syslog, journal-short or dmesg -T line, month names localised:
 * `Oct 15 04:16:07`, `5月 11 00:33:06`, `11. Okt 04:16:07`, `Mon Jul 10 15:06:18 2023`. Returns the
 * stamp and how many characters it took.
 */
export function parseSyslogTime(text: string): { readonly stamp: Civil; readonly length: number } | null {
  let match = syslog.exec(text);
  let fields: { month: string; day: string } | null = match === null ? null : { month: match[1]!, day: match[2]! };
  if (match === null) {
    match = dayFirst.exec(text);
    if (match === null || match[6] === undefined) return null;
    fields = { month: match[2]!, day: match[1]! };
  }
  const month = monthNumber(fields!.month);
  if (month === null) return null;
  const stamp = civil({
    year: match[3] === undefined ? null : Number(match[3]), month, day: Number(fields!.day),
    hour: Number(match[4]), minute: Number(match[5]), second: Number(match[6]), fraction: match[7],
  });
  if (stamp === null) return null;
  const trailingYear = stamp.year === null ? /^ (\d{4})(?=[\]\s]|$)/.exec(text.slice(match[0].length)) : null;
  if (trailingYear === null) return { stamp, length: match[0].length };
  return { stamp: { ...stamp, year: Number(trailingYear[1]) }, length: match[0].length + trailingYear[0].length };
}

const zoneWord = String.raw`(?:[A-Z]{2,5}(?:[+-]\d{1,2})?|[+-]\d{2}:?\d{0,2})`;
const systemd = new RegExp(String.raw`(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?: (${zoneWord})(?=[\s;,.)\]—-]|$))?`);

/** Reads systemd's `一 2024-05-13 10:21:25 CST` or `Mon 2025-07-14 10:39:36 CST`; the weekday is not needed. */
export function parseSystemdTime(text: string): Stamp | null {
  const match = systemd.exec(text);
  if (match === null) return null;
  const stamp = civil({
    year: Number(match[1]), month: Number(match[2]), day: Number(match[3]), hour: Number(match[4]),
    minute: Number(match[5]), second: Number(match[6]), fraction: match[7], zone: match[8] ?? null,
  });
  return stamp === null ? null : withKnownOffset(stamp);
}

/** `UTC`, `GMT`, `+08` beside a civil time make it an instant; abbreviations stay for the case to decide. */
export function withKnownOffset(stamp: Civil): Stamp {
  return stamp.zone === null ? stamp : toInstant(stamp, offsetMinutes(stamp.zone));
}

/** Chinese (both scripts), Japanese and Korean: `2023年  7月  8日 土曜日 09:20:11 JST`, `2023. 07. 08. (토) 09:20:11 KST`. */
const dateCjk = /(\d{4})(?:年|년|\.)\s*(\d{1,2})(?:月|월|\.)\s*(\d{1,2})(?:日|일|\.)\s*(?:[(（]?(?:星期|周|週)?[一二三四五六日月火水木金土월화수목금토일](?:曜日|요일)?[)）]?)?\s*(上午|下午|午前|午後|오전|오후)?\s*(\d{1,2})[:时時시]\s?(\d{2})[:分분]\s?(\d{2})[秒초]?\s*([A-Z]{2,5}|[+-]\d{2,4})?/;
const dateC = /^\s*(?:[A-Za-zÀ-žА-я]{2,4}\.?,?\s+)?([A-Za-zÀ-žА-я]{3,12}\.?)\s+(\d{1,2}),?\s+(?:(\d{4}),?\s+)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?\s*(AM|PM|am|pm)?\s*([A-Z]{2,5}|[+-]\d{2}(?::?\d{2})?)?(?:\s+(\d{4}))?\s*$/;
const dateDe = /^\s*(?:[A-Za-zÀ-žА-я]{2,4}\.?,?\s+)?(\d{1,2})\.?\s+([A-Za-zÀ-žА-я]{3,12}\.?)\s+(?:(\d{4}),?\s+)?(\d{1,2}):(\d{2}):(\d{2})\s*(AM|PM|am|pm)?\s*([A-Z]{2,5}|[+-]\d{2}(?::?\d{2})?)?(?:\s+(\d{4}))?\s*$/;

/** Reads one line that `date` printed, in any common locale; also `date -R`, `-Iseconds`, `+%s`. */
export function parseDateOutput(text: string): Stamp | null {
  const line = text.trim();
  if (line.length > 80) return null;
  if (/^1\d{9}$/.test(line)) return epoch(Number(line) * 1000, 1000);
  const cjk = dateCjk.exec(line);
  if (cjk !== null) {
    const stamp = civil({ year: Number(cjk[1]), month: Number(cjk[2]), day: Number(cjk[3]), hour: hour24(Number(cjk[5]), cjk[4]), minute: Number(cjk[6]), second: Number(cjk[7]), zone: cjk[8] ?? null });
    return stamp === null ? null : withKnownOffset(stamp);
  }
  const c = dateC.exec(line);
  const de = c === null ? dateDe.exec(line) : null;
  const match = c ?? de;
  if (match !== null) {
    const month = monthNumber(c === null ? match[2]! : match[1]!);
    const year = match[3] ?? match[9];
    if (month === null || year === undefined) return null;
    const stamp = civil({ year: Number(year), month, day: Number(c === null ? match[1] : match[2]), hour: hour24(Number(match[4]), match[7]), minute: Number(match[5]), second: Number(match[6]), zone: match[8] ?? null });
    return stamp === null ? null : withKnownOffset(stamp);
  }
  if (/^(?:[A-Za-z一-龥]{1,4},?\s+)?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?\s?(?:Z|[+-]\d\d:?\d\d|[A-Z]{2,5}|[+-]\d\d)?$/.test(line)) {
    return parseIso(line.replace(/ ([+-]\d\d:?\d\d)$/, '$1')) === null ? null : withZoneWord(line);
  }
  return null;
}

function withZoneWord(line: string): Stamp | null {
  const stamp = parseIso(line);
  if (stamp === null || stamp.kind !== 'civil') return stamp;
  const zone = /\s([A-Z]{2,5}|[+-]\d{2}(?::?\d{2})?)$/.exec(line)?.[1];
  return zone === undefined ? stamp : withKnownOffset({ ...stamp, zone });
}

function hour24(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  const pm = /^(?:pm|下午|午後|오후)$/i.test(half);
  return (hour % 12) + (pm ? 12 : 0);
}
