import type { ClockPoint } from '../time/clock-point.js';
import type { StampSink } from './clock-stamps.js';
import { fingerprint } from './fingerprint.js';
import { namedMachines } from './machine-names.js';
import { plainly, PlainWrite } from './plain-write.js';
import { isNoise, prefixFromObject, resourceOfKey, storageIdentity, usualPrefixes } from './storage-key.js';
import { emptyReading, readValue, type Storage } from './value-reading.js';
import { utf8 } from './wire.js';

export type { Storage } from './value-reading.js';

/** One write as etcd keeps it. `value` null is a deletion. The bytes are not kept. */
export interface StoredWrite {
  readonly revision: bigint;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  /** Revision of the put that created the key; unknown for writes taken from a WAL. */
  readonly createRevision?: bigint;
  readonly version?: bigint;
  readonly lease?: bigint;
}

/** The last state of one key. Digests are 32-bit fingerprints of content: they tell changes, never the content. */
export interface LiveKey {
  readonly key: string;
  readonly revision: number;
  /** Null when the creating write was not seen and the row does not name it. */
  readonly createRevision: number | null;
  readonly size: number;
  readonly digest: number;
  /** Digest of what people write: everything but status, heartbeats and bookkeeping. */
  readonly substance: number;
  /** Fingerprint of the UID; 0 when it has none or cannot be read. */
  readonly uid: number;
  readonly kind: string;
  /** ms; set while the object waits for its finalizers. */
  readonly deleting: number | null;
  readonly storage: Storage;
  /** Puts since its creation; null when the row does not name it. */
  readonly version: number | null;
  /** Writes seen of this key. */
  readonly writes: number;
  /** Bytes of the values of all these writes: what its history takes in the file. */
  readonly heldBytes: number;
}

/** A deletion of something people would miss. */
export interface Deletion {
  readonly revision: number;
  readonly key: string;
}

/** What the values of one file (or of a db and its WAL) say, in one pass. */
export interface KubeSurvey {
  readonly newestRevision: number | null;
  readonly oldestRevision: number | null;
  /** From here to the newest no revision is missing: below is what was compacted, or lost. */
  readonly wholeFrom: number | null;
  readonly rows: number;
  readonly live: ReadonlyMap<string, LiveKey>;
  /** Storage prefixes, with their slashes: `/registry/`. Empty when nothing here is Kubernetes. */
  readonly prefixes: readonly string[];
  /** Live keys by resource as in the storage key, `compact_rev_key` included. */
  readonly counts: Readonly<Record<string, number>>;
  readonly storage: Readonly<Record<Storage, number>>;
  /** Encryption at rest of live values, by provider and key name. */
  readonly encryption: readonly { readonly provider: string; readonly keyName: string; readonly resources: Readonly<Record<string, number>> }[];
  /** Rows whose value is neither an object nor encrypted although it should be. */
  readonly unreadable: { readonly rows: number; readonly keys: readonly string[] };
  readonly points: readonly ClockPoint[];
  readonly kubeSystemUid: string | null;
  readonly nodeUids: Readonly<Record<string, string>>;
  /** Deletions seen in the history that the file still holds, oldest first; at most 100 000. */
  readonly deletions: readonly Deletion[];
}

const maxDeletions = 100_000;
const maxPoints = 150_000;

type Kept = { -readonly [K in keyof LiveKey]: LiveKey[K] };

/**
 * Surveys writes in the order of their revisions. Reads identity, metadata and times by position and
 * forgets the values. Bounded: what it keeps grows with live keys only. Never throws for content.
 */
export function surveyWrites(writes: Iterable<StoredWrite>): KubeSurvey {
  const live = new Map<string, Kept>();
  const encryptionOf = new Map<string, string>();
  const deleted = new Map<string, number>();
  const points: ClockPoint[] = [];
  const deletions: Deletion[] = [];
  const prefixes: string[] = [];
  const nodeUids = new Map<string, string>();
  const unreadable: { rows: number; keys: Set<string> } = { rows: 0, keys: new Set() };
  const reading = emptyReading();
  let kubeSystemUid: string | null = null;
  let newest: number | null = null;
  let oldest: number | null = null;
  let wholeFrom: number | null = null;
  let rows = 0;
  let revision = 0;
  let key = '';
  const sink: StampSink = (kind, time, precisionMs, machine, what, intervalMs) => {
    if (time === null || points.length >= maxPoints * 2) return;
    points.push(intervalMs === undefined ? { revision, time, precisionMs, kind, machine, key, what } : { revision, time, precisionMs, kind, machine, key, what, intervalMs });
  };

  for (const write of plainly(writes)) {
    const plain = write instanceof PlainWrite;
    revision = plain ? write.main : Number(write.revision);
    const createRevision = plain ? write.created : write.createRevision === undefined ? undefined : Number(write.createRevision);
    key = plain ? write.keyText : utf8(write.key, 0, write.key.length);
    rows++;
    if (oldest === null || revision < oldest) oldest = revision;
    const before = live.get(key);
    const inOrder = newest === null || revision >= newest;
    if (newest === null || revision > newest + 1) wholeFrom = revision;
    if (newest === null || revision > newest) newest = revision;
    if (!inOrder && ((before !== undefined && before.revision > revision) || (deleted.get(key) ?? -1) >= revision)) continue;
    const { value } = write;
    if (value === null) {
      live.delete(key);
      const noise = isNoise(storageIdentity(key, [...prefixes, ...usualPrefixes])?.resource ?? '');
      if (!noise && deletions.length < maxDeletions) {
        deletions.push({ revision, key });
        deleted.set(key, revision);
      }
      continue;
    }
    if (before !== undefined) key = before.key;
    const creates = createRevision === revision || (createRevision === undefined && before === undefined && deleted.has(key));
    const placed = before !== undefined || prefixes.some((prefix) => key.startsWith(prefix));
    readValue(value, creates, !placed, sink, reading);
    if (!placed && reading.name !== '') {
      const prefix = prefixFromObject(key, reading.namespace, reading.name, reading.group);
      if (prefix !== null) prefixes.push(prefix);
    }
    if (!reading.sound) {
      unreadable.rows++;
      if (unreadable.keys.size < 12) unreadable.keys.add(key);
    }
    if (reading.uidText !== '') {
      if (reading.kind === 'Namespace' && reading.name === 'kube-system') kubeSystemUid = reading.uidText;
      else if (reading.kind === 'Node' && nodeUids.size < 20_000) nodeUids.set(reading.name, reading.uidText);
    }
    if (reading.encryption !== '') encryptionOf.set(key, reading.encryption);
    else if (encryptionOf.size > 0) encryptionOf.delete(key);
    const entry = before ?? emptyEntry(key);
    if (before === undefined) live.set(key, entry);
    entry.revision = revision;
    if (createRevision !== undefined) entry.createRevision = createRevision;
    else if (creates) entry.createRevision = revision;
    entry.size = value.length;
    entry.digest = fingerprint(value, 0, value.length, 0);
    entry.substance = reading.substance;
    entry.uid = reading.uid;
    entry.kind = reading.kind;
    entry.deleting = reading.deleting;
    entry.storage = reading.storage;
    entry.version = plain ? write.count : write.version === undefined ? null : Number(write.version);
    entry.writes++;
    entry.heldBytes += value.length;
    if (points.length >= maxPoints) thinPoints(points);
  }
  return summary({ live, encryptionOf, points, deletions, prefixes: new Set(prefixes), nodeUids, unreadable, kubeSystemUid, newest, oldest, wholeFrom, rows });
}

function emptyEntry(key: string): Kept {
  return { key, revision: 0, createRevision: null, size: 0, digest: 0, substance: 0, uid: 0, kind: '', deleting: null, storage: 'other', version: null, writes: 0, heldBytes: 0 };
}

/** Half of the older points go; the newest quarter stays. */
function thinPoints(points: ClockPoint[]): void {
  const whole = Math.floor(points.length * 0.75);
  let to = 0;
  for (let i = 0; i < points.length; i++) if (i >= whole || i % 2 === 0) points[to++] = points[i] as ClockPoint;
  points.length = to;
}

interface Gathered {
  readonly live: Map<string, LiveKey>;
  readonly encryptionOf: ReadonlyMap<string, string>;
  readonly points: ClockPoint[];
  readonly deletions: readonly Deletion[];
  readonly prefixes: ReadonlySet<string>;
  readonly nodeUids: ReadonlyMap<string, string>;
  readonly unreadable: { readonly rows: number; readonly keys: ReadonlySet<string> };
  readonly kubeSystemUid: string | null;
  readonly newest: number | null;
  readonly oldest: number | null;
  readonly wholeFrom: number | null;
  readonly rows: number;
}

function summary(g: Gathered): KubeSurvey {
  const prefixes = prefixesOf(g);
  const counts = new Map<string, number>();
  const storage: Record<Storage, number> = { protobuf: 0, json: 0, cbor: 0, encrypted: 0, other: 0 };
  const encryption = new Map<string, Map<string, number>>();
  const unreadableKeys = new Set(g.unreadable.keys);
  let foreign = 0;
  for (const entry of g.live.values()) {
    const known = resourceOfKey(entry.key, prefixes);
    const resource = known ?? 'other';
    counts.set(resource, (counts.get(resource) ?? 0) + 1);
    storage[entry.storage]++;
    if (entry.storage === 'other' && known !== null && resource !== 'compact_rev_key') {
      foreign++;
      if (unreadableKeys.size < 12) unreadableKeys.add(entry.key);
    }
    const how = g.encryptionOf.get(entry.key);
    if (how === undefined) continue;
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
    points: namedMachines(g.points, [...g.nodeUids.keys()]),
    kubeSystemUid: g.kubeSystemUid,
    nodeUids: sorted(g.nodeUids),
    deletions: g.deletions,
  };
}

function sorted<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Prefixes seen on self-naming objects, else a usual one that keys stand below; a longer one never hides in a shorter. */
function prefixesOf(g: Gathered): string[] {
  const found = [...g.prefixes].filter((p) => ![...g.prefixes].some((q) => q !== p && p.startsWith(q)));
  for (const usual of usualPrefixes) {
    if (found.some((p) => usual.startsWith(p) || p.startsWith(usual))) continue;
    for (const key of g.live.keys()) {
      if (!key.startsWith(usual)) continue;
      found.push(usual);
      break;
    }
  }
  return found.sort();
}
