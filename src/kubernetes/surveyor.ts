import type { ClockPoint } from '../time/clock-point.js';
import type { StampSink } from './clock-stamps.js';
import type { ByteSource } from '../formats/source.js';
import { KeyTable } from './key-table.js';
import { protobufMagic } from './layout.js';
import { LiveEntry } from './live-entry.js';
import { PlainWrite } from './plain-write.js';
import { isNoise, prefixFromObject, resourceOfKey, usualPrefixes } from './storage-key.js';
import { summary } from './survey-summary.js';
import type { Deletion, KubeSurvey, LiveKey, StoredWrite } from './survey.js';
import { emptyReading, readValue } from './value-reading.js';

const maxDeletions = 100_000;
const maxPoints = 30_000;
/** An overwritten value is read for its times only where nothing dated this many revisions around it. */
const undated = 8;
const undatedCreation = 2;
/** From so many points on, the older ones need not be dense. */
const plenty = 12_000;

/** Keys whose values name clocks or the cluster. */
const telling = /\/(?:leases|minions|nodes|namespaces)\//;
const nothing = new Uint8Array(0);

/** Takes writes in any order, fastest from the newest back. */
export interface Surveyor {
  readonly add: (write: StoredWrite) => void;
  readonly finish: () => KubeSurvey;
}

/** Half of the older points go; the newest quarter stays. They are in the order in which writes were read, or its reverse. */
function thinPoints(points: ClockPoint[]): void {
  const falling = (points[0]?.revision ?? 0) > (points[points.length - 1]?.revision ?? 0);
  const [from, to] = falling ? [points.length / 4, points.length] : [0, points.length * 0.75];
  let kept = 0;
  for (let i = 0; i < points.length; i++) if (i < from || i >= to || i % 2 === 0) points[kept++] = points[i] as ClockPoint;
  points.length = kept;
}

/** A survey of nothing yet. `source`: the file of the writes, where values may be left until somebody asks for them. */
export function surveyor(source: ByteSource | null): Surveyor {
  const keys = new KeyTable<LiveEntry>();
  const known: LiveEntry[] = [];
  const encryptionOf = new Map<string, string>();
  const points: ClockPoint[] = [];
  const deletions: Deletion[] = [];
  const prefixes: string[] = [];
  const nodeUids = new Map<string, string>();
  const unreadable: { rows: number; keys: Set<string> } = { rows: 0, keys: new Set() };
  const reading = emptyReading();
  const kubeSystem: { uid: string | null; revision: number } = { uid: null, revision: -1 };
  let [newest, oldest, wholeFrom]: [number | null, number | null, number | null] = [null, null, null];
  let rows = 0;
  /** Revision and key of the row in hand, for its points. */
  let revision = 0;
  let key = '';
  let lastDated = -Infinity;
  let renewed = false;

  const remember = (text: string): LiveEntry => {
    const entry = new LiveEntry(text);
    known.push(entry);
    return entry;
  };

  const sink: StampSink = (kind, time, precisionMs, machine, what, intervalMs) => {
    if (time === null) return;
    if (kind === 'renewal') renewed = true;
    else if (points.length > plenty && kind === 'floor' && Math.abs(lastDated - revision) < undatedCreation) return;
    lastDated = revision;
    points.push(intervalMs === undefined ? { revision, time, precisionMs, kind, machine, key, what } : { revision, time, precisionMs, kind, machine, key, what, intervalMs });
  };

  const countRow = (): void => {
    rows++;
    if (oldest === null || revision < oldest) oldest = revision;
    if (newest === null || revision > newest + 1) wholeFrom = revision;
    else if (wholeFrom !== null && revision === wholeFrom - 1) wholeFrom = revision;
    if (newest === null || revision > newest) newest = revision;
  };

  const noteDeletion = (): void => {
    if (deletions.length >= maxDeletions || isNoise(resourceOfKey(key, prefixes) ?? resourceOfKey(key, usualPrefixes) ?? '')) return;
    deletions.push({ revision, key });
  };

  /** A value that was overwritten or deleted since: only what it says of time. */
  const readTimes = (write: StoredWrite, creates: boolean, renews: boolean): void => {
    const gap = points.length > plenty ? undated : renews ? 0 : creates ? undatedCreation : undated;
    if (Math.abs(lastDated - revision) < gap) return;
    readValue(write.value ?? nothing, { creates, names: false, substance: false }, sink, reading);
    if (points.length >= maxPoints) thinPoints(points);
  };

  /** Leaves the newest value of a key where it is: its kind cannot matter for clocks and identity, and times there are enough. */
  const leave = (write: StoredWrite, entry: LiveEntry, creates: boolean): boolean => {
    if (source === null || points.length < plenty || !(write instanceof PlainWrite) || !write.begins(protobufMagic)) return false;
    if (telling.test(key) || !prefixes.some((prefix) => key.startsWith(prefix))) return false;
    entry.storage = 'protobuf';
    entry.leave(source, write.valueOffset);
    readTimes(write, creates, false);
    return true;
  };

  /** The newest value of a key so far, read whole. */
  const readState = (value: Uint8Array, entry: LiveEntry, creates: boolean): void => {
    const placed = prefixes.some((prefix) => key.startsWith(prefix));
    renewed = false;
    readValue(value, { creates, names: !placed, substance: true }, sink, reading);
    if (!placed && reading.name !== '') {
      const prefix = prefixFromObject(key, reading.namespace, reading.name, reading.group);
      if (prefix !== null) prefixes.push(prefix);
    }
    if (!reading.sound) {
      unreadable.rows++;
      if (unreadable.keys.size < 12) unreadable.keys.add(key);
    }
    if (reading.uidText !== '') {
      if (reading.kind === 'Namespace' && reading.name === 'kube-system' && revision > kubeSystem.revision) Object.assign(kubeSystem, { uid: reading.uidText, revision });
      else if (reading.kind === 'Node' && nodeUids.size < 20_000) nodeUids.set(reading.name, reading.uidText);
    }
    if (reading.encryption !== '') encryptionOf.set(key, reading.encryption);
    else if (encryptionOf.size > 0) encryptionOf.delete(key);
    entry.take(value, reading);
    entry.renews = renewed;
    if (points.length >= maxPoints) thinPoints(points);
  };

  const add = (write: StoredWrite): void => {
    const plain = write instanceof PlainWrite;
    revision = plain ? write.main : Number(write.revision);
    const entry = plain ? keys.entry(write.bytes, write.keyAt, write.keyEnd, remember) : keys.entry(write.key, 0, write.key.length, remember);
    key = entry.key;
    countRow();
    if (plain ? write.deletes : write.value === null) {
      noteDeletion();
      if (revision > entry.goneAt) entry.goneAt = revision;
      if (entry.revision <= revision) entry.alive = false;
      return;
    }
    const size = plain ? write.size : (write.value?.length ?? 0);
    const created = plain ? write.created : write.createRevision === undefined ? undefined : Number(write.createRevision);
    const creates = created === revision || (created === undefined && !entry.alive && entry.goneAt >= 0);
    if (entry.alive ? entry.revision > revision : entry.goneAt >= revision) {
      if (entry.alive && revision >= (entry.createRevision ?? 0)) {
        entry.writes++;
        entry.heldBytes += size;
      }
      readTimes(write, creates, entry.alive && entry.renews);
      return;
    }
    if (!entry.alive) [entry.alive, entry.writes, entry.heldBytes, entry.createRevision] = [true, 0, 0, null];
    entry.revision = revision;
    if (created !== undefined) entry.createRevision = created;
    else if (creates) entry.createRevision = revision;
    entry.size = size;
    entry.version = plain ? write.count : write.version === undefined ? null : Number(write.version);
    entry.writes++;
    entry.heldBytes += size;
    if (!leave(write, entry, creates)) readState(write.value ?? nothing, entry, creates);
  };

  const finish = (): KubeSurvey => {
    const live = new Map<string, LiveKey>();
    for (const entry of known) if (entry.alive) live.set(entry.key, entry);
    return summary({ live, encryptionOf, points, deletions, prefixes: new Set(prefixes), nodeUids, unreadable, kubeSystemUid: kubeSystem.uid, newest, oldest, wholeFrom, rows });
  };

  return { add, finish };
}
