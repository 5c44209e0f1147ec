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

/** Half of the older points go; the newest quarter stays. They are in the order in which writes were read, or its reverse. */
function thinPoints(points: ClockPoint[]): void {
  const falling = (points[0]?.revision ?? 0) > (points[points.length - 1]?.revision ?? 0);
  const [from, to] = falling ? [points.length / 4, points.length] : [0, points.length * 0.75];
  let kept = 0;
  for (let i = 0; i < points.length; i++) if (i < from || i >= to || i % 2 === 0) points[kept++] = points[i] as ClockPoint;
  points.length = kept;
}

/** Gathers what the writes of one database say, in any order; fastest from the newest back. */
export class Surveyor {
  private readonly keys = new KeyTable<LiveEntry>();
  private readonly known: LiveEntry[] = [];
  private readonly encryptionOf = new Map<string, string>();
  private readonly points: ClockPoint[] = [];
  private readonly deletions: Deletion[] = [];
  private readonly prefixes: string[] = [];
  private readonly nodeUids = new Map<string, string>();
  private readonly unreadable = { rows: 0, keys: new Set<string>() };
  private readonly reading = emptyReading();
  private kubeSystem: { readonly uid: string | null; readonly revision: number } = { uid: null, revision: -1 };
  private newest: number | null = null;
  private oldest: number | null = null;
  private wholeFrom: number | null = null;
  private rows = 0;
  /** Revision and key of the row in hand, for its points. */
  private revision = 0;
  private key = '';
  private lastDated = -Infinity;
  private renewed = false;

  /** `source`: the file of the writes, where values may be left until somebody asks for them; `times`: whether any are wanted. */
  constructor(
    private readonly source: ByteSource | null,
    private readonly times: boolean,
  ) {}

  /** Takes one write; nothing of it is kept but numbers, the key and its times. */
  add(write: StoredWrite): void {
    const plain = write instanceof PlainWrite;
    this.revision = plain ? write.main : Number(write.revision);
    const entry = plain ? this.keys.entry(write.bytes, write.keyAt, write.keyEnd, this.remember) : this.keys.entry(write.key, 0, write.key.length, this.remember);
    this.key = entry.key;
    this.countRow();
    if (plain ? write.deletes : write.value === null) {
      this.noteDeletion(entry);
      return;
    }
    const { revision } = this;
    const size = plain ? write.size : (write.value?.length ?? 0);
    const created = plain ? write.created : write.createRevision === undefined ? undefined : Number(write.createRevision);
    const creates = created === revision || (created === undefined && !entry.alive && entry.goneAt >= 0);
    if (entry.alive ? entry.revision > revision : entry.goneAt >= revision) {
      if (entry.alive && revision >= (entry.createRevision ?? 0)) {
        entry.writes++;
        entry.heldBytes += size;
      }
      this.readTimes(write, creates, entry.alive && entry.renews);
      return;
    }
    if (!entry.alive) entry.revive();
    entry.revision = revision;
    if (created !== undefined) entry.createRevision = created;
    else if (creates) entry.createRevision = revision;
    entry.size = size;
    entry.version = plain ? write.count : write.version === undefined ? null : Number(write.version);
    entry.writes++;
    entry.heldBytes += size;
    if (!this.leave(write, entry, creates)) this.readState(write.value ?? nothing, entry, creates);
  }

  /** What all writes together say. */
  finish(): KubeSurvey {
    const live = new Map<string, LiveKey>();
    for (const entry of this.known) if (entry.alive) live.set(entry.key, entry);
    const { encryptionOf, points, deletions, nodeUids, unreadable, newest, oldest, wholeFrom, rows } = this;
    return summary({ live, encryptionOf, points, deletions, prefixes: new Set(this.prefixes), nodeUids, unreadable, kubeSystemUid: this.kubeSystem.uid, newest, oldest, wholeFrom, rows });
  }

  private readonly remember = (text: string): LiveEntry => {
    const entry = new LiveEntry(text);
    this.known.push(entry);
    return entry;
  };

  private readonly sink: StampSink = (kind, time, precisionMs, machine, what, intervalMs) => {
    if (time === null) return;
    const { revision, key, points } = this;
    if (kind === 'renewal') this.renewed = true;
    else if (points.length > plenty && kind === 'floor' && Math.abs(this.lastDated - revision) < undatedCreation) return;
    this.lastDated = revision;
    points.push(intervalMs === undefined ? { revision, time, precisionMs, kind, machine, key, what } : { revision, time, precisionMs, kind, machine, key, what, intervalMs });
  };

  private countRow(): void {
    const { revision, newest, oldest, wholeFrom } = this;
    this.rows++;
    if (oldest === null || revision < oldest) this.oldest = revision;
    if (newest === null || revision > newest + 1 || (wholeFrom !== null && revision === wholeFrom - 1)) this.wholeFrom = revision;
    if (newest === null || revision > newest) this.newest = revision;
  }

  private noteDeletion(entry: LiveEntry): void {
    const { revision, key, deletions } = this;
    if (revision > entry.goneAt) entry.goneAt = revision;
    if (entry.revision <= revision) entry.alive = false;
    if (deletions.length < maxDeletions && !isNoise(resourceOfKey(key, this.prefixes) ?? resourceOfKey(key, usualPrefixes) ?? '')) deletions.push({ revision, key });
  }

  private placed(): boolean {
    return this.prefixes.some((prefix) => this.key.startsWith(prefix));
  }

  /** A value that was overwritten or deleted since: only what it says of time. */
  private readTimes(write: StoredWrite, creates: boolean, renews: boolean): void {
    if (!this.times) return;
    const gap = this.points.length > plenty ? undated : renews ? 0 : creates ? undatedCreation : undated;
    if (Math.abs(this.lastDated - this.revision) < gap) return;
    readValue(write.value ?? nothing, { creates, names: false, substance: false }, this.sink, this.reading);
    if (this.points.length >= maxPoints) thinPoints(this.points);
  }

  /** Leaves the newest value of a key where it is: it cannot name clocks or the cluster, and times there are enough. */
  private leave(write: StoredWrite, entry: LiveEntry, creates: boolean): boolean {
    if (this.source === null || (this.times ? this.points : this.known).length < plenty || !(write instanceof PlainWrite) || !write.begins(protobufMagic)) return false;
    if (telling.test(this.key) || !this.placed()) return false;
    entry.leave(this.source, write.valueOffset);
    this.readTimes(write, creates, false);
    return true;
  }

  /** The newest value of a key so far, read whole. */
  private readState(value: Uint8Array, entry: LiveEntry, creates: boolean): void {
    const { key, reading } = this;
    const placed = this.placed();
    this.renewed = false;
    readValue(value, { creates, names: !placed, substance: true }, this.sink, reading);
    if (!placed && reading.name !== '') {
      const prefix = prefixFromObject(key, reading.namespace, reading.name, reading.group);
      if (prefix !== null) this.prefixes.push(prefix);
    }
    if (!reading.sound) {
      this.unreadable.rows++;
      if (this.unreadable.keys.size < 12) this.unreadable.keys.add(key);
    }
    this.noteIdentity();
    if (reading.encryption !== '') this.encryptionOf.set(key, reading.encryption);
    else if (this.encryptionOf.size > 0) this.encryptionOf.delete(key);
    entry.take(value, reading);
    entry.renews = this.renewed;
    if (this.points.length >= maxPoints) thinPoints(this.points);
  }

  /** UIDs that tell clusters apart. */
  private noteIdentity(): void {
    const { kind, name, uidText } = this.reading;
    if (uidText === '') return;
    if (kind === 'Namespace' && name === 'kube-system' && this.revision > this.kubeSystem.revision) this.kubeSystem = { uid: uidText, revision: this.revision };
    else if (kind === 'Node' && this.nodeUids.size < 20_000) this.nodeUids.set(name, uidText);
  }
}
