import type { Fact } from '../artifacts/fact.js';
import { clockOf, timeOfRevision } from '../kubernetes/index.js';
import { asUtc, type ZoneReading } from '../time/civil-zone.js';
import type { Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';
import type { Collection } from './collection.js';
import type { ReadDatabase } from './database-report.js';
import { readingsOf, type Zones } from './zones.js';

/**
 * A stretch in which the clock of a host was behind: it shows times between `from` and `to`, but what
 * it dates happened after `after`. An empty RTC battery after a power cut does this.
 */
export interface ResetEra {
  readonly from: number;
  readonly to: number;
  readonly after: number;
}

const hour = 3_600_000;
const day = 24 * hour;

/** The newest moment that the values in one file prove, by the clocks of the cluster. */
function contentEnd(read: ReadDatabase): number | null {
  if (read.survey === null || read.survey.newestRevision === null) return null;
  const clock = clockOf(read.survey);
  return clock.quality === 'renewals' ? timeOfRevision(clock, BigInt(read.survey.newestRevision)).time.notBefore : null;
}

/** How long the host had been up when it was looked at; a week when nothing says so. */
function upTime(facts: readonly Fact[], host: string): number {
  const up = facts.flatMap((fact) => (fact.kind === 'boot' && fact.what === 'uptime' && fact.host === host && fact.time?.kind === 'ago' ? [fact.time.maxMs] : []));
  return up.length === 0 ? 7 * day : Math.max(...up) + hour;
}

/** Hosts whose artifacts show an earlier time than their own databases hold. */
export function resetClocks(facts: readonly Fact[], hosts: readonly string[], reads: readonly ReadDatabase[], zones: Zones, collection: Collection): ReadonlyMap<string, ResetEra> {
  const eras = new Map<string, ResetEra>();
  for (const host of hosts) {
    const shown = collection.shownBy(host);
    if (shown?.notBefore == null || shown.notAfter === null) continue;
    const ends = reads.filter((read) => read.group.host === host || hosts.length === 1).map(contentEnd).filter((ms) => ms !== null);
    const after = ends.length === 0 ? null : Math.max(...ends);
    const slack = zones.ofHost(host).setting?.basis === 'observed' ? hour : day;
    if (after === null || shown.notAfter + slack >= after) continue;
    eras.set(host, { from: shown.notBefore - upTime(facts, host), to: shown.notAfter + hour, after });
  }
  return eras;
}

/** The time of something that the wrong clock dated: later than the newest write, and no more is known. */
export function afterReset(era: ResetEra): Interval {
  return { notBefore: era.after, best: null, notAfter: null };
}

/** Whether a stamp was made by the wrong clock: read in the year of the era, it falls into it. */
export function inEra(stamp: Stamp, resolved: Interval, era: ResetEra, readings: readonly ZoneReading[]): boolean {
  if (stamp.kind === 'civil' && stamp.year === null) {
    const years = new Set([era.from, era.to].map((ms) => new Date(ms).getUTCFullYear()));
    return [...years].some((year) => readingsOf(asUtc(stamp, year), readings).some((ms) => ms >= era.from && ms <= era.to));
  }
  return resolved.notBefore !== null && resolved.notBefore >= era.from && (resolved.notAfter ?? resolved.notBefore) <= era.to + hour;
}
