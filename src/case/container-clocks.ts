import type { Fact } from '../artifacts/fact.js';
import { asUtc, type ZoneReading } from '../time/civil-zone.js';
import type { Stamp } from '../time/stamp.js';
import type { Collection } from './collection.js';
import { readingsOf, type Zones } from './zones.js';

const inContainers = new Set(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
/** A line that begins with the program's own stamp: klog, or capnslog. */
const bare = /^(?:[IWEF]\d{4} \d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d)/;
const utc: ZoneReading = { kind: 'offset', minutes: 0 };

/**
 * Logs of containers that carry only the program's own stamp: the clock is the container's, which shows
 * UTC unless the host's zone was mounted. Both readings stay possible, but for one that would put the
 * log after its own collection.
 */
export function containerClocks(facts: readonly Fact[], etcdInContainer: boolean, zones: Zones, collection: Collection): (artifact: string) => readonly ZoneReading[] | null {
  const last = new Map<string, { host: string | null; stamp: Extract<Stamp, { kind: 'civil' }> }>();
  const own = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'log' || fact.time?.kind !== 'civil' || fact.time.zone !== null || fact.unit !== null || !bare.test(fact.at.text)) continue;
    if (!inContainers.has(fact.source) && !(etcdInContainer && fact.source === 'etcd')) continue;
    own.add(fact.at.artifact);
  }
  for (const fact of facts) {
    if (!own.has(fact.at.artifact)) continue;
    const stamp = fact.kind === 'log-span' ? fact.last.time : fact.kind === 'log' ? (fact.lastTime ?? fact.time) : null;
    if (stamp?.kind === 'civil') last.set(fact.at.artifact, { host: fact.host, stamp });
  }
  const cache = new Map<string, readonly ZoneReading[]>();
  return (artifact) => {
    const end = last.get(artifact);
    if (end === undefined) return null;
    let readings = cache.get(artifact);
    if (readings === undefined) {
      const host = zones.ofHost(end.host).readings;
      const both = host.some((zone) => zone.kind === 'offset' && zone.minutes === 0) ? host : [...host, utc];
      const limit = collection.ofArtifact(artifact, end.host).notAfter;
      const possible = limit === null ? both : both.filter((zone) => {
        const year = end.stamp.year ?? new Date(limit).getUTCFullYear();
        return (readingsOf(asUtc(end.stamp, year), [zone])[0] ?? 0) <= limit + 10 * 60_000;
      });
      readings = possible.length > 0 ? possible : both;
      cache.set(artifact, readings);
    }
    return readings;
  };
}
