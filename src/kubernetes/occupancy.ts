import type { KubeSurvey, LiveKey } from './survey.js';
import { storageIdentity } from './storage-key.js';

/** Keys and bytes of one resource or namespace. */
export interface Share {
  readonly keys: number;
  /** Bytes of the live values. */
  readonly bytes: number;
  /** Bytes of all revisions that the file still holds of these keys. */
  readonly heldBytes: number;
  readonly revisions: number;
}

export interface NamedSize {
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly bytes: number;
  readonly heldBytes: number;
  readonly revisions: number;
}

/** What fills a database: by resource, by namespace, and the heaviest single objects. */
export interface Occupancy {
  readonly byResource: Readonly<Record<string, Share>>;
  /** Objects without a namespace are not here. */
  readonly byNamespace: Readonly<Record<string, Share>>;
  readonly largest: readonly NamedSize[];
  readonly mostRevised: readonly NamedSize[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function sortedByWeight(map: ReadonlyMap<string, Share>): Record<string, Share> {
  return Object.fromEntries([...map].sort(([a, x], [b, y]) => y.heldBytes - x.heldBytes || (a < b ? -1 : 1)));
}

/** The heaviest keys, the heaviest first; names decide between equals. */
function heaviest(entries: Iterable<LiveKey>, weight: (entry: LiveKey) => number, top: number): LiveKey[] {
  const order = (a: LiveKey, b: LiveKey): number => weight(b) - weight(a) || (a.key < b.key ? -1 : 1);
  const found: LiveKey[] = [];
  for (const entry of entries) {
    const least = found[top - 1];
    if (least !== undefined && order(least, entry) < 0) continue;
    found.push(entry);
    found.sort(order);
    found.length = Math.min(found.length, top);
  }
  return found;
}

/** Adds up a survey's live keys; `top` single objects are named. */
export function occupancy(survey: KubeSurvey, top = 10): Occupancy {
  const byResource = new Map<string, Writable<Share>>();
  const byNamespace = new Map<string, Writable<Share>>();
  const add = (map: Map<string, Writable<Share>>, name: string, entry: LiveKey): void => {
    let share = map.get(name);
    if (share === undefined) map.set(name, (share = { keys: 0, bytes: 0, heldBytes: 0, revisions: 0 }));
    share.keys++;
    share.bytes += entry.size;
    share.heldBytes += entry.heldBytes;
    share.revisions += entry.writes;
  };
  for (const entry of survey.live.values()) {
    const identity = storageIdentity(entry.key, survey.prefixes);
    add(byResource, identity?.resource ?? 'other', entry);
    if (identity?.namespace != null) add(byNamespace, identity.namespace, entry);
  }
  const named = (entry: LiveKey): NamedSize => {
    const identity = storageIdentity(entry.key, survey.prefixes) ?? { resource: 'other', namespace: null, name: entry.key };
    return { ...identity, bytes: entry.size, heldBytes: entry.heldBytes, revisions: entry.writes };
  };
  return {
    byResource: sortedByWeight(byResource),
    byNamespace: sortedByWeight(byNamespace),
    largest: heaviest(survey.live.values(), (entry) => entry.size, top).map(named),
    mostRevised: heaviest(survey.live.values(), (entry) => entry.writes, top).map(named).filter((entry) => entry.revisions > 1),
  };
}
