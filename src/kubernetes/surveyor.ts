import type { ClockPoint } from '../time/clock-point.js';
import type { StampSink } from './clock-stamps.js';
import type { ByteSource } from '../formats/source.js';
import { KeyStates } from './key-states.js';
import type { KeyPlace } from './own-key.js';
import { protobufMagic } from './layout.js';
import { LiveKeys } from './live-keys.js';
import { PlainWrite } from './plain-write.js';
import { isNoise, prefixFromObject, resourceOfKey, usualPrefixes } from './storage-key.js';
import { summary } from './survey-summary.js';
import type { Deletion, KubeSurvey, StoredWrite } from './survey.js';
import { emptyReading, readValue } from './value-reading.js';

const maxDeletions = 100_000;
const maxPoints = 30_000;
/** An overwritten value is read for its times only where nothing dated this many revisions around it. */
const undated = 8;
const undatedCreation = 2;
/** From so many points on, the older ones need not be dense. */
const plenty = 12_000;

const slash = 0x2f;
/** Parts of keys whose values name clocks or the cluster. */
const telling = ['leases/', 'minions/', 'nodes/', 'namespaces/'].map((word) => Buffer.from(word));
/** Keys whose values are renewed again and again. */
const renewing = /\/leases\//;
const nothing = new Uint8Array(0);

/** Half of the older points go; the newest quarter stays. They are in the order in which writes were read, or its reverse: `falling`. */
function thinPoints(points: ClockPoint[], falling: boolean): void {
  const [from, to] = falling ? [points.length / 4, points.length] : [0, points.length * 0.75];
  let kept = 0;
  for (let i = 0; i < points.length; i++) if (i < from || i >= to || i % 2 === 0) points[kept++] = points[i] as ClockPoint;
  points.length = kept;
}

function standsAt(word: Uint8Array, bytes: Uint8Array, at: number): boolean {
  let i = 0;
  while (i < word.length && bytes[at + i] === word[i]) i++;
  return i === word.length;
}

/** Whether the value of a key names clocks or the cluster. In bytes: a text for each key of a large cluster costs more than all else here. */
function isTelling({ bytes, keyAt, keyEnd }: PlainWrite): boolean {
  for (let at = keyAt; at < keyEnd; at++) {
    if (bytes[at] !== slash) continue;
    for (const word of telling) if (standsAt(word, bytes, at + 1)) return true;
  }
  return false;
}

/** Gathers what the writes of one database say, in any order; fastest from the newest back. */
export class Surveyor {
  private readonly states: KeyStates;
  private readonly points: ClockPoint[] = [];
  private readonly deletions: Deletion[] = [];
  private readonly prefixes: string[] = [];
  private readonly prefixBytes: Uint8Array[] = [];
  private readonly nodeUids = new Map<string, string>();
  private readonly unreadable = { rows: 0, keys: new Set<string>() };
  private damagedValues = 0;
  private readonly reading = emptyReading();
  private kubeSystem: { readonly uid: string | null; readonly revision: number } = { uid: null, revision: -1 };
  private newest: number | null = null;
  private oldest: number | null = null;
  private wholeFrom: number | null = null;
  private rows = 0;
  /** Revision and key of the row in hand, for its points. */
  private revision = 0;
  private number = 0;
  private text: string | null = null;
  private misdated = false;
  private readonly place: KeyPlace = { bytes: nothing, start: 0, stop: 0 };
  private lastDated = -Infinity;
  /** Of rows below a revision, only so many would stay anyway: one in so many of those that are dated elsewhere. */
  private readonly sparse = { below: -Infinity, oneIn: 1 };
  private renewed = false;

  /** `source`: the file of the writes, where values may be left until somebody asks for them; `times`: whether any are wanted. */
  constructor(
    private readonly source: ByteSource | null,
    private readonly times: boolean,
  ) {
    this.states = new KeyStates(source);
  }

  /** Takes one write; nothing of it is kept but numbers, the key and its times. */
  add(write: StoredWrite): void {
    const plain = write instanceof PlainWrite;
    const { states } = this;
    this.revision = plain ? write.main : Number(write.revision);
    const { place } = this;
    place.bytes = plain ? write.bytes : write.key;
    place.start = plain ? write.keyAt : 0;
    place.stop = plain ? write.keyEnd : write.key.length;
    const key = states.of(place.bytes, place.start, place.stop);
    this.number = key;
    this.text = null;
    this.misdated = !plain && write.misdated === true;
    this.countRow();
    if (plain ? write.deletes : write.value === null) {
      this.noteDeletion();
      return;
    }
    const { revision } = this;
    const alive = states.isAlive(key);
    const size = plain ? write.size : (write.value?.length ?? 0);
    const created = plain ? write.created : write.createRevision === undefined ? null : Number(write.createRevision);
    const creates = created === revision || (created === null && !alive && states.goneAt(key) >= 0);
    if (alive ? states.revision(key) > revision : states.goneAt(key) >= revision) {
      if (alive && revision >= (states.created(key) ?? 0)) states.held(key, size);
      this.readTimes(write, creates, alive);
      return;
    }
    if (!alive) states.revive(key);
    states.put(key, revision, created ?? (creates ? revision : null), plain ? write.count : write.version === undefined ? null : Number(write.version), size);
    if (!this.leave(write, creates)) this.readState(write.value ?? nothing, creates);
  }

  /** What all writes together say. */
  finish(): KubeSurvey {
    const { states, points, deletions, nodeUids, unreadable, damagedValues, newest, oldest, wholeFrom, rows } = this;
    return summary({ states, live: new LiveKeys(states), points, deletions, prefixes: new Set(this.prefixes), nodeUids, unreadable, damagedValues, kubeSystemUid: this.kubeSystem.uid, newest, oldest, wholeFrom, rows });
  }

  /** Key of the row in hand. */
  private get key(): string {
    return (this.text ??= this.states.keys.text(this.number));
  }

  private readonly sink: StampSink = (kind, time, precisionMs, machine, what, intervalMs) => {
    if (time === null || this.misdated) return;
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

  private noteDeletion(): void {
    const { revision, key, deletions } = this;
    this.states.delete(this.number, revision);
    if (deletions.length < maxDeletions && !isNoise(resourceOfKey(key, this.prefixes) ?? resourceOfKey(key, usualPrefixes) ?? '')) deletions.push({ revision, key });
  }

  private placed(): boolean {
    for (const prefix of this.prefixBytes) if (this.states.keys.begins(this.number, prefix)) return true;
    return false;
  }

  /** A value that was overwritten or deleted since: only what it says of time. */
  private readTimes(write: StoredWrite, creates: boolean, alive: boolean): void {
    if (!this.times) return;
    const oneIn = this.revision < this.sparse.below ? this.sparse.oneIn : 1;
    const gap = this.points.length > plenty ? undated : alive && this.states.renews(this.number) ? 0 : creates ? undatedCreation : undated;
    if (Math.abs(this.lastDated - this.revision) < gap * oneIn) return;
    readValue(write.value ?? nothing, { creates, names: false, substance: false, key: this.place }, this.sink, this.reading);
    this.noteDamage();
    this.boundPoints();
  }

  /** Leaves the newest value of a key where it is: it cannot name clocks or the cluster, and times there are enough. */
  private leave(write: StoredWrite, creates: boolean): boolean {
    if (this.source === null || (this.times ? this.points.length : this.states.keys.size) < plenty || !(write instanceof PlainWrite) || !write.begins(protobufMagic)) return false;
    if (isTelling(write) || !this.placed()) return false;
    this.states.leave(this.number, write.valueOffset);
    this.readTimes(write, creates, false);
    return true;
  }

  /** The newest value of a key so far, read whole. */
  private readState(value: Uint8Array, creates: boolean): void {
    const { key, reading } = this;
    const placed = this.placed();
    this.renewed = false;
    readValue(value, { creates, names: !placed, substance: true, key: this.place }, this.sink, reading);
    if (!placed && reading.name !== '' && !reading.misplaced) {
      const prefix = prefixFromObject(key, reading.namespace, reading.name, reading.group);
      if (prefix !== null) {
        this.prefixes.push(prefix);
        this.prefixBytes.push(Buffer.from(prefix));
      }
    }
    this.noteDamage();
    if (!reading.sound) {
      this.unreadable.rows++;
      if (this.unreadable.keys.size < 12) this.unreadable.keys.add(key);
    }
    this.noteIdentity();
    // The newest renewal may be the damaged one: the earlier ones still tell.
    this.states.take(this.number, value, reading, this.renewed || renewing.test(key));
    this.boundPoints();
  }

  private boundPoints(): void {
    const { points, sparse } = this;
    if (points.length < maxPoints) return;
    const falling = (points[0]?.revision ?? 0) > this.revision;
    thinPoints(points, falling);
    if (!falling) return;
    sparse.below = this.revision;
    sparse.oneIn *= 2;
  }

  private noteDamage(): void {
    if (!this.reading.sound || this.reading.misplaced || this.misdated) this.damagedValues++;
  }

  /** UIDs that tell clusters apart. */
  private noteIdentity(): void {
    const { kind, name, uidText, misplaced } = this.reading;
    if (uidText === '' || misplaced) return;
    if (kind === 'Namespace' && name === 'kube-system' && this.revision > this.kubeSystem.revision) this.kubeSystem = { uid: uidText, revision: this.revision };
    else if (kind === 'Node' && this.nodeUids.size < 20_000) this.nodeUids.set(name, uidText);
  }
}
