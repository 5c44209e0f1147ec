import { crc32 } from '@node-rs/crc32';
import type { ClockPoint } from '../time/clock-point.js';
import { decodeCbor } from './cbor.js';
import { kindStamps, metadataStamps, plainStamps, type StampSink } from './clock-stamps.js';
import { readJsonHeader } from './json-header.js';
import { metadataField, statusFieldOf } from './layout.js';
import { namedMachines } from './machine-names.js';
import { emptyHeader, readObjectMeta, type ObjectHeader } from './object-header.js';
import { isNoise, prefixFromObject, storageIdentity, usualPrefixes } from './storage-key.js';
import { storedValue } from './stored-value.js';
import { utf8, WireCursor } from './wire.js';

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

export type Storage = 'protobuf' | 'json' | 'cbor' | 'encrypted' | 'other';

/** The last state of one key. Digests are CRC-32s of content: they tell changes, never the content. */
export interface LiveKey {
  readonly key: string;
  readonly revision: number;
  /** Null when the creating write was not seen and the row does not name it. */
  readonly createRevision: number | null;
  readonly size: number;
  readonly digest: number;
  /** Digest of what people write: everything but status, heartbeats and bookkeeping. */
  readonly substance: number;
  /** CRC-32 of the UID; 0 when it has none or cannot be read. */
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
const maxPoints = 400_000;

interface Reading {
  readonly storage: Storage;
  readonly kind: string;
  readonly apiVersion: string;
  readonly header: ObjectHeader | null;
  readonly substance: number;
  readonly sound: boolean;
  readonly encryption: string;
}

/**
 * Surveys writes in the order of their revisions. Reads identity, metadata and times by position and
 * forgets the values. Bounded: what it keeps grows with live keys only. Never throws for content.
 */
export function surveyWrites(writes: Iterable<StoredWrite>): KubeSurvey {
  const live = new Map<string, LiveKey>();
  const encryptionOf = new Map<string, string>();
  const deleted = new Map<string, number>();
  const points: ClockPoint[] = [];
  const deletions: Deletion[] = [];
  const prefixes = new Set<string>();
  const nodeUids = new Map<string, string>();
  const unreadable: { rows: number; keys: Set<string> } = { rows: 0, keys: new Set() };
  let kubeSystemUid: string | null = null;
  let newest: number | null = null;
  let oldest: number | null = null;
  let wholeFrom: number | null = null;
  let rows = 0;

  for (const write of writes) {
    const revision = Number(write.revision);
    const key = utf8(write.key, 0, write.key.length);
    rows++;
    if (oldest === null || revision < oldest) oldest = revision;
    const before = live.get(key);
    const inOrder = newest === null || revision >= newest;
    if (newest === null || revision > newest + 1) wholeFrom = revision;
    if (newest === null || revision > newest) newest = revision;
    if (!inOrder && ((before !== undefined && before.revision > revision) || (deleted.get(key) ?? -1) >= revision)) continue;
    if (write.value === null) {
      live.delete(key);
      const noise = isNoise(storageIdentity(key, [...prefixes, ...usualPrefixes])?.resource ?? '');
      if (!noise && deletions.length < maxDeletions) {
        deletions.push({ revision, key });
        deleted.set(key, revision);
      }
      continue;
    }
    const creates = write.createRevision === write.revision || (write.createRevision === undefined && before === undefined && deleted.has(key));
    const sink: StampSink = (kind, time, precisionMs, machine, what, intervalMs) => {
      if (time === null || points.length >= maxPoints * 2) return;
      points.push({ revision, time, precisionMs, kind, machine, key, what, ...(intervalMs === undefined ? {} : { intervalMs }) });
    };
    const reading = readValue(write.value, creates, sink);
    const header = reading.header;
    if (header !== null && header.name !== '') {
      const prefix = prefixFromObject(key, header.namespace, header.name, reading.apiVersion.split('/').slice(0, -1).join('/'));
      if (prefix !== null) prefixes.add(prefix);
    }
    if (!reading.sound) {
      unreadable.rows++;
      if (unreadable.keys.size < 12) unreadable.keys.add(key);
    }
    if (header !== null && header.uid !== '') {
      if (reading.kind === 'Namespace' && header.name === 'kube-system') kubeSystemUid = header.uid;
      else if (reading.kind === 'Node' && nodeUids.size < 20_000) nodeUids.set(header.name, header.uid);
    }
    if (reading.encryption !== '') encryptionOf.set(key, reading.encryption);
    else if (encryptionOf.size > 0) encryptionOf.delete(key);
    live.set(key, {
      key: before?.key ?? key,
      revision,
      createRevision: write.createRevision !== undefined ? Number(write.createRevision) : creates ? revision : (before?.createRevision ?? null),
      size: write.value.length,
      digest: crc32(write.value),
      substance: reading.substance,
      uid: header === null || header.uid === '' ? 0 : crc32(header.uid),
      kind: reading.kind,
      deleting: header?.deleted ?? null,
      storage: reading.storage,
      version: write.version === undefined ? null : Number(write.version),
      writes: (before?.writes ?? 0) + 1,
      heldBytes: (before?.heldBytes ?? 0) + write.value.length,
    });
    if (points.length >= maxPoints) thinPoints(points);
  }
  return summary({ live, encryptionOf, points, deletions, prefixes, nodeUids, unreadable, kubeSystemUid, newest, oldest, wholeFrom, rows });
}

/** Half of the older points go; the newest quarter stays. */
function thinPoints(points: ClockPoint[]): void {
  const whole = Math.floor(points.length * 0.75);
  let to = 0;
  for (let i = 0; i < points.length; i++) if (i >= whole || i % 2 === 0) points[to++] = points[i] as ClockPoint;
  points.length = to;
}

function readValue(value: Uint8Array, creates: boolean, sink: StampSink): Reading {
  const stored = storedValue(value);
  switch (stored.storage) {
    case 'protobuf': {
      const header = emptyHeader();
      const cursor = new WireCursor(value, stored.start, stored.stop);
      const statusField = statusFieldOf[stored.kind] ?? 3;
      let sound = stored.sound && stored.encoding === '';
      let substance = 0;
      let from = -1;
      let to = -1;
      const flush = (): void => {
        if (from >= 0) substance = crc32(value.subarray(from, to), substance);
        from = -1;
      };
      while (cursor.next()) {
        if (cursor.field === metadataField && cursor.wire === 2 && from < 0 && header.uid === '') {
          if (!readObjectMeta(value, cursor.start, cursor.stop, header)) sound = false;
          continue;
        }
        if (cursor.field === statusField) continue;
        if (to !== cursor.tagAt) flush();
        if (from < 0) from = cursor.tagAt;
        to = cursor.stop;
      }
      flush();
      if (cursor.malformed) sound = false;
      const written = header.written;
      for (let i = 0; i < written.length; i += 2) substance = crc32(value.subarray(written[i], written[i + 1]), substance);
      metadataStamps(header, creates, sink);
      kindStamps(stored.kind, value, stored.start, stored.stop, header, sink);
      return { storage: 'protobuf', kind: stored.kind, apiVersion: stored.apiVersion, header, substance, sound, encryption: '' };
    }
    case 'json': {
      const json = readJsonHeader(value, stored.start);
      let substance = 0;
      for (const ranges of [json.substance, json.header.written])
        for (let i = 0; i < ranges.length; i += 2) substance = crc32(value.subarray(ranges[i], ranges[i + 1]), substance);
      metadataStamps(json.header, creates, sink);
      if (json.sound && (json.kind === 'Lease' || json.kind === 'Event') && value.length < 65_536) plainStamps(json.kind, parsed(value), json.header, sink);
      return { storage: 'json', kind: json.kind, apiVersion: json.apiVersion, header: json.header, substance, sound: json.sound && json.kind !== '', encryption: '' };
    }
    case 'cbor': {
      const item = decodeCbor(value, stored.start);
      if (item === null) return { storage: 'cbor', kind: '', apiVersion: '', header: null, substance: crc32(value), sound: false, encryption: '' };
      const bytes = Buffer.from(JSON.stringify(item.value, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v)) ?? '');
      const json = readJsonHeader(bytes, 0);
      let substance = 0;
      for (const ranges of [json.substance, json.header.written])
        for (let i = 0; i < ranges.length; i += 2) substance = crc32(bytes.subarray(ranges[i], ranges[i + 1]), substance);
      metadataStamps(json.header, creates, sink);
      plainStamps(json.kind, item.value, json.header, sink);
      return { storage: 'cbor', kind: json.kind, apiVersion: json.apiVersion, header: json.header, substance, sound: json.sound, encryption: '' };
    }
    case 'encrypted':
      return { storage: 'encrypted', kind: '', apiVersion: '', header: null, substance: crc32(value), sound: true, encryption: `${stored.provider}\n${stored.keyName}` };
    case 'other':
      return { storage: 'other', kind: '', apiVersion: '', header: null, substance: crc32(value), sound: true, encryption: '' };
  }
}

function parsed(value: Uint8Array): unknown {
  try {
    return JSON.parse(utf8(value, 0, value.length));
  } catch {
    return null;
  }
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
    const identity = storageIdentity(entry.key, prefixes);
    const resource = identity?.resource ?? 'other';
    counts.set(resource, (counts.get(resource) ?? 0) + 1);
    storage[entry.storage]++;
    if (entry.storage === 'other' && identity !== null && resource !== 'compact_rev_key') {
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
