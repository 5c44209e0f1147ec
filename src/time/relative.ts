import type { Stamp } from './stamp.js';

/** Elapsed time before the collection: half open `[minMs, maxMs)`. */
export type Ago = Extract<Stamp, { kind: 'ago' }>;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Which wording a container tool uses; `null` takes the union of all (docker/go-units duration.go). */
export type DurationWording = 'A' | 'B' | 'C' | null;

const ago = (minMs: number, maxMs: number): Ago => ({ kind: 'ago', minMs, maxMs });

/**
 * Reads the human duration of docker, crictl, nerdctl and podman ("About an hour", "2 hours", "3
 * weeks ago") as the interval of true elapsed time that prints so. Wordings by age: A docker ≤ 17.03,
 * B 17.04–18.09 and crictl ≤ 1.15, C later. "Less than a second" includes negative times.
 */
export function parseContainerAge(text: string, wording: DurationWording = null): Ago | null {
  const words = text.trim().replace(/\s+ago$/i, '').replace(/\s+/g, ' ').toLowerCase();
  if (words === 'less than a second') return ago(-day, second);
  if (words === 'about a minute') return ago(minute, 2 * minute);
  if (words === 'about an hour') {
    const low = wording === 'B' ? 46 : wording === null ? 46 : 60;
    const high = wording === 'A' || wording === null ? 120 : 90;
    return ago(low * minute, high * minute);
  }
  const match = /^(\d{1,6}) (second|minute|hour|day|week|month|year)s?$/.exec(words);
  if (match === null) return null;
  const n = Number(match[1]);
  // From 17.04 on hours are rounded to the nearest before they are divided into days, weeks, months.
  const half = wording === 'A' ? 0 : hour / 2;
  const upper = wording === 'A' || wording === null ? 0 : hour / 2;
  switch (match[2]) {
    case 'second': return ago(n * second, (n + 1) * second);
    case 'minute': return ago(n * minute, (n + 1) * minute);
    case 'hour': return ago(n * hour - half, (n + 1) * hour - (wording === 'A' || wording === null ? 0 : hour / 2));
    case 'day': return ago(n * day - half, (n + 1) * day - upper);
    case 'week': return ago(n * 7 * day - half, (n + 1) * 7 * day - upper);
    case 'month': return ago(n * 30 * day - half, (n + 1) * 30 * day - upper);
    default: return ago(n * 365 * day - half, (n + 1) * 365 * day);
  }
}

const systemdUnits: Readonly<Record<string, number>> = {
  y: 31_557_600 * second, year: 31_557_600 * second, years: 31_557_600 * second,
  month: 2_629_800 * second, months: 2_629_800 * second,
  w: 7 * day, week: 7 * day, weeks: 7 * day,
  d: day, day, days: day,
  h: hour, hr: hour,
  min: minute, m: minute,
  s: second, ms: 1, us: 0.001, µs: 0.001, μs: 0.001,
};

/**
 * Reads systemd's relative time ("1 weeks 2 days ago", "5h 43min", "22min", "7s", "now"): all parts
 * are floors, so the true time lies within one unit of the last part shown (src/basic/time-util.c).
 */
export function parseSystemdAge(text: string): Ago | null {
  const words = text.trim().replace(/\s+(?:ago|前)$/i, '').replace(/前$/, '');
  if (/^(?:now|just now)$/.test(words)) return ago(0, second);
  let total = 0;
  let last: number | null = null;
  let rest = words;
  while (rest !== '') {
    const match = /^\s*(\d{1,9}(?:\.\d+)?)\s*(years?|months?|weeks?|days?|min|ms|us|µs|μs|hr|[ywdhms])(?![a-z])/.exec(rest);
    if (match === null) return null;
    const unit = systemdUnits[match[2]!]!;
    const decimals = /\.(\d+)/.exec(match[1]!)?.[1]?.length ?? 0;
    total += Number(match[1]) * unit;
    last = unit / 10 ** decimals;
    rest = rest.slice(match[0].length);
  }
  return last === null ? null : ago(total, total + last);
}

/**
 * Reads kubectl's AGE ("47s", "5m12s", "3h20m", "2d4h", "400d", "3y12d"): floors, so the interval is
 * one unit of the last part; below 2 min and at round values a zero second part is dropped
 * (k8s.io/apimachinery/pkg/util/duration). `<invalid>` is a time in the future.
 */
export function parseKubernetesAge(text: string): Ago | null {
  const words = text.trim().replace(/^\(|\)$/g, '').replace(/\s+ago$/, '');
  if (words === '<invalid>') return ago(-365 * day, -second);
  const match = /^(?:(\d+)y)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(words);
  if (match === null || words === '') return null;
  const [years, days, hours, minutes, seconds] = match.slice(1).map((v) => (v === undefined ? null : Number(v)));
  const total = (years ?? 0) * 365 * day + (days ?? 0) * day + (hours ?? 0) * hour + (minutes ?? 0) * minute + (seconds ?? 0) * second;
  const unit = ageUnit(total);
  return ago(total, total + unit);
}

/** The unit that kubectl still shows at this age. */
function ageUnit(ms: number): number {
  if (ms < 10 * minute) return second;
  if (ms < 8 * hour) return minute;
  if (ms < 8 * day) return hour;
  return day;
}
