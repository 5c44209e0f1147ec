import type { Civil } from './parse.js';

/** A zone as far as it is known: a place with its history, or a bare offset east of UTC in minutes. */
export type ZoneReading = { readonly kind: 'place'; readonly name: string } | { readonly kind: 'offset'; readonly minutes: number };

const formatters = new Map<string, Intl.DateTimeFormat | null>();

function formatterOf(name: string): Intl.DateTimeFormat | null {
  let known = formatters.get(name);
  if (known === undefined) {
    try {
      known = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    } catch {
      known = null;
    }
    formatters.set(name, known);
  }
  return known;
}

/** True when the runtime's zone database knows the name. */
export function isZoneName(name: string): boolean {
  return formatterOf(name) !== null;
}

/** Minutes east of UTC that a zone shows at an instant; null for an unknown name. */
export function offsetAt(zone: ZoneReading, ms: number): number | null {
  if (zone.kind === 'offset') return zone.minutes;
  const formatter = formatterOf(zone.name);
  if (formatter === null || Math.abs(ms) > 8.6e15) return null;
  const part = Object.fromEntries(formatter.formatToParts(ms).map((p) => [p.type, Number(p.value)]));
  const shown = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
  return Math.round((shown - Math.floor(ms / 1000) * 1000) / 60_000);
}

/** The fields of a civil stamp as if they were UTC; `year` fills in what the stamp lacks. */
export function asUtc(stamp: Civil, year: number): number {
  return Date.UTC(year, stamp.month - 1, stamp.day, stamp.hour, stamp.minute, stamp.second, stamp.millisecond);
}

/**
 * The instants that a wall-clock time can mean in a zone: two in the hour that is passed twice, one
 * otherwise (a time in the skipped hour is read with the offset before it).
 */
export function instantsOf(wallMs: number, zone: ZoneReading): number[] {
  if (zone.kind === 'offset') return [wallMs - zone.minutes * 60_000];
  const found = new Set<number>();
  for (const probe of [wallMs - 86_400_000, wallMs + 86_400_000]) {
    const offset = offsetAt(zone, probe);
    if (offset === null) return [];
    const ms = wallMs - offset * 60_000;
    if (offsetAt(zone, ms) === offset) found.add(ms);
  }
  if (found.size === 0) {
    const before = offsetAt(zone, wallMs - 86_400_000);
    if (before !== null) found.add(wallMs - before * 60_000);
  }
  return [...found].sort((a, b) => a - b);
}

const place = (name: string): ZoneReading => ({ kind: 'place', name });
const fixed = (hours: number): ZoneReading => ({ kind: 'offset', minutes: hours * 60 });

/**
 * The zones that an abbreviation can stand for, the most used first. `CST` is China, the central United
 * States or Cuba; a summer name (`CDT`) excludes those without summer time.
 */
const byAbbreviation: Readonly<Record<string, readonly ZoneReading[]>> = {
  UTC: [fixed(0)], GMT: [fixed(0)], Z: [fixed(0)], UCT: [fixed(0)],
  CST: [place('Asia/Shanghai'), place('America/Chicago'), place('America/Havana')],
  CDT: [place('America/Chicago'), place('America/Havana')],
  EST: [place('America/New_York')], EDT: [place('America/New_York')],
  MST: [place('America/Denver'), place('America/Phoenix')], MDT: [place('America/Denver')],
  PST: [place('America/Los_Angeles'), place('Asia/Manila')], PDT: [place('America/Los_Angeles')],
  AKST: [place('America/Anchorage')], AKDT: [place('America/Anchorage')], HST: [fixed(-10)],
  AST: [place('America/Halifax'), place('Asia/Riyadh')], ADT: [place('America/Halifax')],
  CET: [place('Europe/Berlin'), place('Africa/Algiers')], CEST: [place('Europe/Berlin')], MEZ: [place('Europe/Berlin')], MESZ: [place('Europe/Berlin')],
  EET: [place('Europe/Kiev'), place('Africa/Cairo')], EEST: [place('Europe/Kiev'), place('Africa/Cairo')],
  WET: [place('Europe/Lisbon')], WEST: [place('Europe/Lisbon')],
  BST: [place('Europe/London'), fixed(6)],
  IST: [place('Asia/Kolkata'), place('Asia/Jerusalem'), place('Europe/Dublin')], IDT: [place('Asia/Jerusalem')],
  MSK: [place('Europe/Moscow')], MSD: [fixed(4)],
  JST: [place('Asia/Tokyo')], KST: [place('Asia/Seoul')], HKT: [place('Asia/Hong_Kong')], SGT: [place('Asia/Singapore')],
  WIB: [place('Asia/Jakarta')], WITA: [place('Asia/Makassar')], WIT: [place('Asia/Jayapura')], PKT: [place('Asia/Karachi')],
  SAST: [place('Africa/Johannesburg')], EAT: [place('Africa/Nairobi')], WAT: [place('Africa/Lagos')], CAT: [place('Africa/Maputo')],
  AEST: [place('Australia/Sydney'), place('Australia/Brisbane')], AEDT: [place('Australia/Sydney')],
  ACST: [place('Australia/Adelaide'), place('Australia/Darwin')], ACDT: [place('Australia/Adelaide')], AWST: [place('Australia/Perth')],
  NZST: [place('Pacific/Auckland')], NZDT: [place('Pacific/Auckland')],
};

/** Zones behind an abbreviation, `+08` or `GMT+8`; empty when the word says nothing. */
export function zonesOfWord(word: string): readonly ZoneReading[] {
  const known = byAbbreviation[word];
  if (known !== undefined) return known;
  const numeric = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(word);
  if (numeric === null) return isZoneName(word) && word.includes('/') ? [place(word)] : [];
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  return minutes > 14 * 60 ? [] : [{ kind: 'offset', minutes: numeric[1] === '-' ? -minutes : minutes }];
}

/** Whether an abbreviation is the one that the zone shows at that instant (no `CST` in a Chicago July). */
export function wordFits(word: string, zone: ZoneReading, ms: number): boolean {
  if (zone.kind === 'offset') return true;
  const summer = /^(?:[A-Z]*DT|CEST|EEST|WEST|MESZ|BST)$/.test(word) && word !== 'EAT';
  const year = new Date(ms).getUTCFullYear();
  const [winter, july] = [offsetAt(zone, Date.UTC(year, 0, 1)), offsetAt(zone, Date.UTC(year, 6, 1))];
  const now = offsetAt(zone, ms);
  if (winter === null || july === null || now === null || winter === july) return !summer;
  return summer === (now === Math.max(winter, july));
}

/** All offsets in use, in minutes: the width of an unknown zone. */
export const everyOffset: readonly ZoneReading[] = [fixed(-12), fixed(14)];
