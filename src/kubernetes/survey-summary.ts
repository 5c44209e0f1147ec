import type { ClockPoint } from '../time/clock-point.js';
import { namedMachines } from './machine-names.js';
import { KeyTable } from '../etcd/key-table.js';
import { prefixOfKubeSystem, resourceOfKey, usualPrefixes } from './storage-key.js';
import type { KeyStates } from './key-states.js';
import type { LiveKeys } from './live-keys.js';
import type { Deletion, KubeSurvey } from './survey.js';
import type { Storage } from './value-reading.js';

/** What a survey has met so far. */
export interface Gathered {
  readonly states: KeyStates;
  readonly live: LiveKeys;
  readonly points: readonly ClockPoint[];
  readonly deletions: readonly Deletion[];
  readonly prefixes: ReadonlySet<string>;
  readonly nodeUids: ReadonlyMap<string, string>;
  readonly unreadable: { readonly rows: number; readonly keys: ReadonlySet<string> };
  readonly damagedValues: number;
  readonly kubeSystemUid: string | null;
  readonly newest: number | null;
  readonly oldest: number | null;
  readonly wholeFrom: number | null;
  readonly rows: number;
}

const slash = 0x2f;

/** Resources of keys; those of one directory share theirs, so that few keys need become text. */
class Resources {
  private readonly directories = new KeyTable();
  private readonly ofDirectory: (string | null)[] = [];

  constructor(private readonly keys: KeyTable, private readonly prefixes: readonly string[]) {}

  /** As `resourceOfKey` says. */
  of(key: number): string | null {
    const directory = this.directories.addUpTo(slash, this.keys, key);
    if (directory < 0) return resourceOfKey(this.keys.text(key), this.prefixes);
    if (directory === this.ofDirectory.length) this.ofDirectory.push(resourceOfKey(this.keys.text(key), this.prefixes));
    return this.ofDirectory[directory] as string | null;
  }
}

/** Adds up what was gathered. */
export function summary(g: Gathered): KubeSurvey {
  const prefixes = prefixesOf(g);
  const counts = new Map<string, number>();
  const storage: Record<Storage, number> = { protobuf: 0, json: 0, cbor: 0, encrypted: 0, other: 0 };
  const encryption = new Map<string, Map<string, number>>();
  const unreadableKeys = new Set(g.unreadable.keys);
  let foreign = 0;
  const { states } = g;
  const resources = new Resources(states.keys, prefixes);
  for (let number = 0; number < states.keys.size; number++) {
    if (!states.isAlive(number)) continue;
    const known = resources.of(number);
    const resource = known ?? 'other';
    counts.set(resource, (counts.get(resource) ?? 0) + 1);
    const stored = states.storage(number);
    storage[stored]++;
    if (stored === 'other' && known !== null && resource !== 'compact_rev_key') {
      foreign++;
      if (unreadableKeys.size < 12) unreadableKeys.add(states.keys.text(number));
    }
    const how = states.encryption(number);
    if (how === '') continue;
    const byResource = encryption.get(how) ?? new Map<string, number>();
    byResource.set(resource, (byResource.get(resource) ?? 0) + 1);
    encryption.set(how, byResource);
  }
  return {
    newestRevision: g.newest,
    oldestRevision: g.oldest,
    wholeFrom: g.wholeFrom,
    rows: g.rows,
    live: g.live,
    prefixes,
    counts: sorted(counts),
    storage,
    encryption: [...encryption].map(([how, byResource]) => {
      const [provider, keyName] = how.split('\n');
      return { provider: provider ?? '', keyName: keyName ?? '', resources: sorted(byResource) };
    }),
    unreadable: { rows: g.unreadable.rows + foreign, keys: [...unreadableKeys] },
    damagedValues: g.damagedValues + foreign,
    points: namedMachines(g.points, [...g.nodeUids.keys()]),
    kubeSystemUid: g.kubeSystemUid,
    nodeUids: sorted(g.nodeUids),
    deletions: [...g.deletions].sort((a, b) => a.revision - b.revision),
  };
}

function sorted<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Prefixes seen on self-naming objects, else a usual one that keys stand below, or that of kube-system; a longer one never hides in a shorter. */
function prefixesOf(g: Gathered): string[] {
  const found = [...g.prefixes].filter((p) => ![...g.prefixes].some((q) => q !== p && p.startsWith(q)));
  for (const usual of usualPrefixes) {
    if (found.some((p) => usual.startsWith(p) || p.startsWith(usual))) continue;
    if (g.states.aliveBelow(Buffer.from(usual))) found.push(usual);
  }
  // Where all values are encrypted, none of them names itself.
  for (let number = 0; found.length === 0 && number < g.states.keys.size; number++) {
    const prefix = prefixOfKubeSystem(g.states.keys.text(number));
    if (prefix !== null && g.states.isAlive(number)) found.push(prefix);
  }
  return found.sort();
}
