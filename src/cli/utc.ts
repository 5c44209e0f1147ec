import type { Interval } from '../time/interval.js';

/** RFC 3339 in UTC; null for what no calendar holds. `up` rounds to the next millisecond, for upper bounds. */
export function rfc3339Utc(ms: number | null, up = false): string | null {
  if (ms === null) return null;
  const date = new Date(up ? Math.ceil(ms) : Math.floor(ms));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** An interval as JSON shows it. */
export function intervalJson(time: Interval): { notBefore: string | null; best: string | null; notAfter: string | null } {
  return { notBefore: rfc3339Utc(time.notBefore), best: rfc3339Utc(time.best), notAfter: rfc3339Utc(time.notAfter, true) };
}

/** `2024-02-29 18:29:55 UTC`, to the second. */
export function secondsUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
