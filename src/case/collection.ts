import type { Fact } from '../artifacts/fact.js';
import type { BundleFile } from '../intake/bundle.js';
import type { Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';

/** When the artifacts were collected. */
export interface Collection {
  ofArtifact(artifact: string, host: string | null): Interval;
  ofHost(host: string | null): Interval;
  /** What the dated outputs of a host show, before anything else stretches it. */
  shownBy(host: string): Interval | null;
  readonly all: Interval;
  /** Newest time that anything in the bundle proves. */
  readonly newest: number | null;
}

/** Resolves a stamp that carries its year; null for one that does not. */
export type CompleteTime = (stamp: Stamp | null, host: string | null) => Interval | null;

const unknown: Interval = { notBefore: null, best: null, notAfter: null };
/** Artifacts that nothing dates were collected about when their neighbours were. */
const neighbourMs = 15 * 60_000;
/** One collection does not last longer. */
const packingMs = 3 * 86_400_000;

const hull = (a: Interval | undefined, b: Interval): Interval => {
  if (a === undefined) return b;
  const low = [a.notBefore, b.notBefore].filter((t) => t !== null);
  const high = [a.notAfter, b.notAfter].filter((t) => t !== null);
  const best = [a.best, b.best].filter((t) => t !== null);
  return { notBefore: low.length === 0 ? null : Math.min(...low), best: best.length === 0 ? null : Math.max(...best), notAfter: high.length === 0 ? null : Math.max(...high) };
};

/** Artifacts of these kinds show the moment at which they were printed. */
const momentary = new Set<Fact['kind']>(['clock', 'container', 'unit-status', 'process', 'disk', 'memory', 'endpoint', 'alarm', 'member']);

/** The moment that one fact gives for its artifact. */
function anchorOf(fact: Fact, complete: CompleteTime): Interval | null {
  if (fact.kind === 'clock') return complete(fact.now, fact.host) ?? complete(fact.universal, fact.host);
  if (fact.kind === 'endpoint') return complete(fact.collected, fact.host);
  if (fact.kind !== 'unit-status' || fact.ago === null) return null;
  const since = complete(fact.since, fact.host);
  if (since === null || since.notBefore === null || since.notAfter === null) return null;
  const from = since.notBefore + fact.ago.minMs;
  return { notBefore: from, best: since.best === null ? null : from, notAfter: since.notAfter + fact.ago.maxMs };
}

/** Newest moment before the collection that one fact proves. */
function floorsOf(fact: Fact): readonly (Stamp | null)[] {
  switch (fact.kind) {
    case 'log': return [fact.lastTime ?? fact.time, fact.innerTime];
    case 'log-span': return [fact.last.time];
    case 'boot': return [fact.what === 'log-begins' ? fact.end : fact.time];
    case 'command': return [fact.time];
    case 'unit-status': return [fact.since];
    default: return [];
  }
}

/**
 * Dates the collection: `date` and recordings say it, "since … ; 22min ago" pairs calculate it, what was
 * logged bounds it from below, and the file times of an archive bound it from above.
 */
export function datesOfCollection(facts: readonly Fact[], files: readonly BundleFile[], complete: CompleteTime): Collection {
  const anchors = new Map<string, Interval>();
  const floors = new Map<string, number>();
  const shows = new Set<string>();
  const hostsOf = new Map<string, Set<string>>();
  let newest: number | null = null;
  for (const fact of facts) {
    const { artifact } = fact.at;
    if (fact.host !== null) (hostsOf.get(artifact) ?? hostsOf.set(artifact, new Set()).get(artifact)!).add(fact.host);
    if (momentary.has(fact.kind)) shows.add(artifact);
    const anchor = anchorOf(fact, complete);
    if (anchor !== null) anchors.set(artifact, hull(anchors.get(artifact), anchor));
    for (const stamp of floorsOf(fact)) {
      const time = complete(stamp, fact.host)?.notBefore ?? null;
      if (time === null) continue;
      floors.set(artifact, Math.max(floors.get(artifact) ?? time, time));
      newest = Math.max(newest ?? time, time);
    }
  }
  for (const anchor of anchors.values()) if (anchor.notBefore !== null) newest = Math.max(newest ?? anchor.notBefore, anchor.notBefore);
  const hostShown = new Map<string, number>();
  for (const [artifact, anchor] of anchors) {
    for (const host of hostsOf.get(artifact) ?? []) if (anchor.notAfter !== null) hostShown.set(host, Math.max(hostShown.get(host) ?? -Infinity, anchor.notAfter));
  }
  /** Long after everything that its host printed with a date: the files were copied or packed again since. */
  const packedAgain = (path: string, mtime: number): boolean => {
    const shown = [...(hostsOf.get(path) ?? [])].flatMap((host) => hostShown.get(host) ?? []);
    return shown.length > 0 && mtime > Math.max(...shown) + packingMs;
  };
  for (const file of files) {
    if (file.mtime === null || !shows.has(file.path) || anchors.has(file.path)) continue;
    const floor = floors.get(file.path) ?? null;
    if (floor !== null && floor > file.mtime + 120_000) continue;
    // A file time shows when the last output ended. One that no archive vouches for may be the copy's, or
    // stand in another zone: it counts only just after the newest thing that the bundle proves.
    const likely = (file.mtimeFromArchive && !packedAgain(file.path, file.mtime)) || (newest !== null && file.mtime >= newest - 120_000 && file.mtime <= newest + 2 * neighbourMs);
    if (likely) anchors.set(file.path, { notBefore: floor ?? file.mtime - neighbourMs, best: file.mtime, notAfter: file.mtime + 2000 });
  }
  const byHost = new Map<string, Interval>();
  let all: Interval | undefined;
  for (const [artifact, anchor] of anchors) {
    for (const host of hostsOf.get(artifact) ?? []) byHost.set(host, hull(byHost.get(host), anchor));
    all = hull(all, anchor);
  }
  // What was logged after the last dated output was collected later still; until when is not known.
  const stretched = (known: Interval, floor: number | null): Interval =>
    floor === null || known.notAfter === null || floor <= known.notAfter + 1000 ? known : { notBefore: known.notBefore, best: floor, notAfter: floor <= known.notAfter + neighbourMs ? floor + 1000 : null };
  const floorOf = (artifacts: Iterable<string>): number | null => {
    let top: number | null = null;
    for (const artifact of artifacts) {
      const floor = floors.get(artifact);
      if (floor !== undefined) top = Math.max(top ?? floor, floor);
    }
    return top;
  };
  const floorOfHost = (host: string): number | null => floorOf([...hostsOf].filter(([, hosts]) => hosts.has(host)).map(([artifact]) => artifact));
  const shown = new Map(byHost);
  for (const [host, known] of byHost) byHost.set(host, stretched(known, floorOfHost(host)));
  if (all !== undefined) all = stretched(all, newest);
  const whole: Interval = all ?? (newest === null ? unknown : { notBefore: newest, best: null, notAfter: null });
  const ofHost = (host: string | null): Interval => {
    const own = host === null ? undefined : byHost.get(host);
    if (own !== undefined) return own;
    if (all !== undefined || host === null) return whole;
    const floor = floorOfHost(host);
    return floor === null ? whole : { notBefore: floor, best: null, notAfter: null };
  };
  const ofArtifact = (artifact: string, host: string | null): Interval => {
    const own = anchors.get(artifact);
    if (own !== undefined) return own;
    const about = ofHost(host);
    const floor = floors.get(artifact);
    const from = about.notBefore === null ? null : about.notBefore - neighbourMs;
    return {
      notBefore: floor === undefined ? from : Math.max(floor, from ?? floor),
      best: about.best,
      notAfter: about.notAfter === null ? null : Math.max(about.notAfter + neighbourMs, floor ?? about.notAfter),
    };
  };
  return { ofArtifact, ofHost, shownBy: (host) => shown.get(host) ?? null, all: whole, newest };
}
