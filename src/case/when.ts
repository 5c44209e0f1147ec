import { asUtc, wordFits, zonesOfWord, type ZoneReading } from '../time/civil-zone.js';
import { unknownTime, type Interval } from '../time/interval.js';
import type { Civil } from '../time/parse.js';
import type { Stamp } from '../time/stamp.js';
import { readingsOf } from './zones.js';

/** What the resolver knows about the surroundings of a stamp. */
export interface StampContext {
  readonly readings: readonly ZoneReading[];
  /** When the artifact was collected, as far as known. */
  readonly collected: Interval;
  /** Newest time that anything in the bundle proves; used for years when the collection is unknown. */
  readonly newest: number | null;
  readonly booted: Interval | null;
}

/** A collected artifact may hold lines a little younger than the stamp that dates it. */
const lateLineMs = 36 * 3_600_000;

function yearsOf(stamp: Civil, context: StampContext): number[] {
  if (stamp.year !== null) return [stamp.year];
  const limit = context.collected.notAfter ?? context.collected.best;
  const reference = limit ?? context.collected.notBefore ?? context.newest;
  if (reference === null) return [];
  const year = new Date(reference).getUTCFullYear();
  const real = (y: number): boolean => new Date(asUtc(stamp, y)).getUTCDate() === stamp.day;
  const candidates = [year + 1, year, year - 1, year - 2, year - 3, year - 4].filter(real);
  if (limit !== null) {
    const past = candidates.find((y) => asUtc(stamp, y) <= limit + lateLineMs);
    return past === undefined ? [] : [past];
  }
  const nearest = candidates.reduce<number | null>((best, y) => (best === null || Math.abs(asUtc(stamp, y) - reference) < Math.abs(asUtc(stamp, best) - reference) ? y : best), null);
  return nearest === null ? [] : [nearest];
}

function civilTime(stamp: Civil, context: StampContext): Interval {
  const [year] = yearsOf(stamp, context);
  if (year === undefined) return unknownTime;
  const wall = asUtc(stamp, year);
  let readings = context.readings;
  if (stamp.zone !== null) {
    const named = zonesOfWord(stamp.zone);
    const fitting = readings.filter((zone) => named.some((other) => readingsOf(wall, [other])[0] === readingsOf(wall, [zone])[0]));
    const plausible = named.filter((zone) => wordFits(stamp.zone ?? '', zone, wall));
    readings = fitting.length > 0 ? fitting : plausible.length > 0 ? plausible : named.length > 0 ? named : readings;
  }
  const all = readingsOf(wall, readings);
  // In the hour that is passed twice a summer or winter word says which one it was.
  const named = stamp.zone === null ? all : readings.flatMap((zone) => readingsOf(wall, [zone]).filter((ms) => wordFits(stamp.zone ?? '', zone, ms)));
  const instants = named.length > 0 ? named : all;
  if (instants.length === 0) return unknownTime;
  const first = Math.min(...instants);
  const last = Math.max(...instants);
  const certain = readings.length === 1 && first === last;
  return { notBefore: first, best: certain ? first : null, notAfter: last + Math.max(0, stamp.precisionMs - 1) };
}

/**
 * Turns a stamp into a UTC interval. A wall-clock time without a proven zone is the interval over all
 * zones that are possible; a time without a year takes the newest year that is not after the
 * collection; "ago" counts back from the collection.
 */
export function resolveStamp(stamp: Stamp, context: StampContext): Interval {
  switch (stamp.kind) {
    case 'instant':
      return { notBefore: stamp.ms, best: stamp.ms, notAfter: stamp.ms + Math.max(0, Math.floor(stamp.precisionMs) - 1) };
    case 'civil':
      return civilTime(stamp, context);
    case 'ago': {
      const { notBefore, best, notAfter } = context.collected;
      const from = notBefore === null ? null : notBefore - stamp.maxMs;
      const to = notAfter === null ? null : notAfter - stamp.minMs;
      return { notBefore: from, best: best === null ? null : best - (stamp.minMs + stamp.maxMs) / 2, notAfter: to };
    }
    case 'since-boot': {
      if (context.booted === null) return unknownTime;
      const add = (ms: number | null): number | null => (ms === null ? null : ms + stamp.seconds * 1000);
      return { notBefore: add(context.booted.notBefore), best: add(context.booted.best), notAfter: add(context.booted.notAfter) };
    }
  }
}
