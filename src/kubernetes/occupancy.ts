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

function sortedByWeight(map: ReadonlyMap<string, Share>): Record<string, Share> {
  return Object.fromEntries([...map].sort(([a, x], [b, y]) => y.heldBytes - x.heldBytes || (a < b ? -1 : 1)));
}

/** Adds up a survey's live keys; `top` single objects are named. */
export function occupancy(survey: KubeSurvey, top = 10): Occupancy {
  const byResource = new Map<string, Share>();
  const byNamespace = new Map<string, Share>();
  const add = (map: Map<string, Share>, name: string, entry: LiveKey): void => {
    const share = map.get(name) ?? { keys: 0, bytes: 0, heldBytes: 0, revisions: 0 };
    map.set(name, { keys: share.keys + 1, bytes: share.bytes + entry.size, heldBytes: share.heldBytes + entry.heldBytes, revisions: share.revisions + entry.writes });
  };
  const all: LiveKey[] = [];
  for (const entry of survey.live.values()) {
    const identity = storageIdentity(entry.key, survey.prefixes);
    add(byResource, identity?.resource ?? 'other', entry);
    if (identity?.namespace != null) add(byNamespace, identity.namespace, entry);
    all.push(entry);
  }
  const named = (entry: LiveKey): NamedSize => {
    const identity = storageIdentity(entry.key, survey.prefixes) ?? { resource: 'other', namespace: null, name: entry.key };
    return { ...identity, bytes: entry.size, heldBytes: entry.heldBytes, revisions: entry.writes };
  };
  const heaviest = (weight: (entry: LiveKey) => number): NamedSize[] =>
    [...all].sort((a, b) => weight(b) - weight(a) || (a.key < b.key ? -1 : 1)).slice(0, top).map(named);
  return {
    byResource: sortedByWeight(byResource),
    byNamespace: sortedByWeight(byNamespace),
    largest: heaviest((entry) => entry.size),
    mostRevised: heaviest((entry) => entry.writes).filter((entry) => entry.revisions > 1),
  };
}
