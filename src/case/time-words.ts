import type { Interval } from '../time/interval.js';
import type { TimeEstimate } from './model.js';

/** RFC 3339 UTC with seconds (milliseconds only when there are some); null outside the years 1–9999. */
export function rfc3339(ms: number | null): string | null {
  if (ms === null || !Number.isFinite(ms) || ms < -62_135_596_800_000 || ms > 253_402_300_799_999) return null;
  const text = new Date(Math.round(ms)).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

/** An interval as the case writes it. */
export function estimate(interval: Interval): TimeEstimate {
  return { notBefore: rfc3339(interval.notBefore), best: rfc3339(interval.best), notAfter: rfc3339(interval.notAfter) };
}
