import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { BundleFile } from '../intake/bundle.js';
import { asUtc } from '../time/civil-zone.js';
import { offsetMinutes, type Civil } from '../time/parse.js';
import type { Stamp } from '../time/stamp.js';

/** One event seen on two clocks: what the wall clock of a host was ahead of UTC at that moment. */
export interface OffsetProof {
  readonly host: string | null;
  readonly minutes: number;
  /** About when, ms since the epoch. */
  readonly ms: number;
  readonly place: Place;
  /** `written`: the artifact names the offset; `pair`: two stamps of one event; `copy`: listing and archive; `content`: name and values. */
  readonly by: 'written' | 'pair' | 'copy' | 'content';
}

const quarter = 15 * 60_000;

/** The offset between a wall clock and an instant, when it is a whole quarter of an hour within `slackMs`. */
function offsetBetween(wallMs: number, ms: number, slackMs: number): number | null {
  const quarters = Math.round((wallMs - ms) / quarter);
  if (Math.abs(wallMs - ms - quarters * quarter) > slackMs || quarters < -48 || quarters > 56) return null;
  return quarters * 15;
}

/** A civil stamp without year gets the one that brings it closest to an instant. */
export function wallNear(stamp: Civil, ms: number): number {
  if (stamp.year !== null) return asUtc(stamp, stamp.year);
  const year = new Date(ms).getUTCFullYear();
  return [year - 1, year, year + 1].map((y) => asUtc(stamp, y)).reduce((a, b) => (Math.abs(b - ms) < Math.abs(a - ms) ? b : a));
}

const writtenOffset = /\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?\s?([+-]\d{2}:?\d{2})(?!\d)/;

/** The pair of a civil time and an instant that one line carries. */
function pairOf(a: Stamp | null, b: Stamp | null): { readonly wall: Civil; readonly ms: number } | null {
  if (a?.kind === 'civil' && b?.kind === 'instant') return { wall: a, ms: b.ms };
  if (a?.kind === 'instant' && b?.kind === 'civil') return { wall: b, ms: a.ms };
  return null;
}

/** Proofs that stand in the text artifacts themselves. */
export function offsetsWritten(facts: readonly Fact[]): OffsetProof[] {
  const proofs: OffsetProof[] = [];
  const add = (fact: Fact, minutes: number | null, ms: number, by: OffsetProof['by']): void => {
    if (minutes !== null && proofs.length < 20_000) proofs.push({ host: fact.host, minutes, ms, place: fact.at, by });
  };
  for (const fact of facts) {
    if (fact.kind === 'clock') {
      if (fact.now?.kind === 'instant') {
        const written = writtenOffset.exec(fact.at.text)?.[1];
        if (written !== undefined) add(fact, offsetMinutes(written), fact.now.ms, 'written');
      }
      const pair = pairOf(fact.now, fact.universal);
      if (pair !== null && fact.now?.kind === 'civil') add(fact, offsetBetween(wallNear(pair.wall, pair.ms), pair.ms, 2000), pair.ms, 'pair');
      if (fact.offsetMinutes !== null && fact.zoneName === null && fact.now?.kind === 'instant') add(fact, fact.offsetMinutes, fact.now.ms, 'written');
    } else if (fact.kind === 'log') {
      const pair = pairOf(fact.time, fact.innerTime);
      // A journal line is stamped when it arrives; a container's own clock may be UTC, so equal clocks prove nothing.
      if (pair !== null && fact.time?.kind === 'civil') add(fact, offsetBetween(wallNear(pair.wall, pair.ms), pair.ms, 90_000), pair.ms, 'pair');
      if (fact.time?.kind === 'instant') {
        const written = writtenOffset.exec(fact.at.text.slice(0, 200))?.[1];
        const minutes = written === undefined ? null : offsetMinutes(written);
        if (minutes !== null && minutes !== 0) add(fact, minutes, fact.time.ms, 'written');
      }
    }
  }
  return proofs;
}

/** Proofs from files that a listing of the host and an archive both date: same path, same size. */
export function offsetsOfCopies(facts: readonly Fact[], located: readonly { readonly file: BundleFile; readonly hostPath: string | null; readonly host: string | null }[]): OffsetProof[] {
  const byPath = new Map<string, typeof located[number]>();
  for (const one of located) if (one.hostPath !== null && one.file.mtime !== null && one.file.mtimeFromArchive) byPath.set(`${one.host ?? ''}\n${one.hostPath}`, one);
  const proofs: OffsetProof[] = [];
  for (const fact of facts) {
    if (fact.kind !== 'file' || fact.mtime?.kind !== 'civil' || fact.type !== 'file') continue;
    const one = byPath.get(`${fact.host ?? ''}\n${fact.path}`);
    if (one === undefined || one.file.mtime === null || one.file.size !== fact.size) continue;
    const floor = Math.floor(one.file.mtime / fact.mtime.precisionMs) * fact.mtime.precisionMs;
    const minutes = offsetBetween(wallNear(fact.mtime, one.file.mtime), floor, 2000);
    if (minutes !== null) proofs.push({ host: fact.host, minutes, ms: one.file.mtime, place: fact.at, by: 'copy' });
  }
  return proofs;
}
