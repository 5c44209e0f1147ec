import { longer } from '../formats/longer.js';
import type { ByteSource } from '../formats/source.js';
import type { StampSink } from './clock-stamps.js';
import { fingerprint } from './fingerprint.js';
import { KeyTable } from '../etcd/key-table.js';
import { emptyReading, readValue, storages, type Reading, type Storage } from './value-reading.js';

const reading = emptyReading();
const noTimes: StampSink = () => undefined;
const onlyState = { creates: false, names: false, substance: true, key: null } as const;

/** Numbers of one key that each of its writes asks for: eight doubles, one line of a processor's cache. */
const field = { revision: 0, created: 1, version: 2, size: 3, writes: 4, heldBytes: 5, goneAt: 6, valueAt: 7 } as const;
/** What its newest value says. */
const said = { storage: 0, digest: 1, substance: 2, uid: 3, kind: 4, encryption: 5, renews: 6, unread: 7 } as const;
const width = 8;

const unlessUnknown = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Texts that many keys share, each once. */
class Words {
  private readonly numbers = new Map([['', 0]]);
  readonly all = [''];

  number(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.all.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }
}

/**
 * The last state of each key of a database, by the number of the key. In columns: a large cluster has a million keys,
 * and objects for them would take several times the room. Numbers that are not known are NaN.
 */
export class KeyStates {
  readonly keys = new KeyTable();
  private numbers = new Float64Array(width << 11);
  private words = new Int32Array(width << 11);
  private deletings = new Float64Array(1 << 11);
  private readonly kinds = new Words();
  private readonly encryptions = new Words();

  /** `source`: the file whose values may be left where they are; null when they must be read at once. */
  constructor(private readonly source: ByteSource | null) {}

  /** The number of a key, with no state yet when it is new. */
  of(bytes: Uint8Array, start: number, stop: number): number {
    const known = this.keys.size;
    const key = this.keys.add(bytes, start, stop);
    if (key === known) this.begin(key);
    return key;
  }

  private begin(key: number): void {
    if (key >= this.deletings.length) {
      this.numbers = longer(this.numbers, new Float64Array(this.numbers.length * 2));
      this.words = longer(this.words, new Int32Array(this.words.length * 2));
      this.deletings = longer(this.deletings, new Float64Array(this.deletings.length * 2));
    }
    const at = key * width;
    this.numbers[at + field.revision] = -1;
    this.numbers[at + field.goneAt] = -1;
    this.words[at + said.storage] = storages.indexOf('other');
    this.revive(key);
  }

  /** Revision of its newest put; -1 before the first. */
  revision(key: number): number {
    return this.numbers[key * width + field.revision] as number;
  }

  /** Revision of its newest deletion; -1 when none was seen. */
  goneAt(key: number): number {
    return this.numbers[key * width + field.goneAt] as number;
  }

  created(key: number): number | null {
    return unlessUnknown(this.numbers[key * width + field.created] as number);
  }

  version(key: number): number | null {
    return unlessUnknown(this.numbers[key * width + field.version] as number);
  }

  size(key: number): number {
    return this.numbers[key * width + field.size] as number;
  }

  writes(key: number): number {
    return this.numbers[key * width + field.writes] as number;
  }

  heldBytes(key: number): number {
    return this.numbers[key * width + field.heldBytes] as number;
  }

  storage(key: number): Storage {
    return storages[this.words[key * width + said.storage] as number] as Storage;
  }

  /** Its last value is a renewal: the earlier ones are, too. */
  renews(key: number): boolean {
    return this.words[key * width + said.renews] === 1;
  }

  /** Its value was left where it is. */
  isUnread(key: number): boolean {
    return this.words[key * width + said.unread] === 1;
  }

  /** Provider and key name of an encrypted value, joined by a line end; else empty. */
  encryption(key: number): string {
    return this.encryptions.all[this.words[key * width + said.encryption] as number] as string;
  }

  /** It lives, as far as the writes so far say. */
  isAlive(key: number): boolean {
    return this.revision(key) > this.goneAt(key);
  }

  /** Whether any living key begins with a prefix. */
  aliveBelow(prefix: Uint8Array): boolean {
    for (let key = 0; key < this.keys.size; key++) if (this.keys.begins(key, prefix) && this.isAlive(key)) return true;
    return false;
  }

  /** Notes a deletion, unless a newer one is known. */
  delete(key: number, revision: number): void {
    if (revision > this.goneAt(key)) this.numbers[key * width + field.goneAt] = revision;
  }

  /** A key that was not there, or not any more, is created. */
  revive(key: number): void {
    const at = key * width;
    this.numbers[at + field.writes] = 0;
    this.numbers[at + field.heldBytes] = 0;
    this.numbers[at + field.created] = NaN;
    this.numbers[at + field.version] = NaN;
  }

  /** Notes the newest put; `created` and `version` null where the write does not name them. */
  put(key: number, revision: number, created: number | null, version: number | null, size: number): void {
    const at = key * width;
    this.numbers[at + field.revision] = revision;
    if (created !== null) this.numbers[at + field.created] = created;
    this.numbers[at + field.version] = version ?? NaN;
    this.numbers[at + field.size] = size;
    this.held(key, size);
  }

  /** Counts one more write that the file holds of the key. */
  held(key: number, size: number): void {
    const at = key * width;
    (this.numbers[at + field.writes] as number)++;
    (this.numbers[at + field.heldBytes] as number) += size;
  }

  /** Leaves the newest value, a protobuf object, where it is in the file. */
  leave(key: number, valueAt: number): void {
    const at = key * width;
    this.numbers[at + field.valueAt] = valueAt;
    this.words[at + said.storage] = storages.indexOf('protobuf');
    this.words[at + said.encryption] = 0;
    this.words[at + said.unread] = 1;
  }

  /** Keeps what was read of the newest value. */
  take(key: number, value: Uint8Array, read: Reading, renews: boolean): void {
    const at = key * width;
    this.words[at + said.unread] = 0;
    this.words[at + said.renews] = renews ? 1 : 0;
    this.words[at + said.digest] = fingerprint(value, 0, value.length, 0);
    this.words[at + said.substance] = read.substance;
    this.words[at + said.uid] = read.uid;
    this.words[at + said.kind] = this.kinds.number(read.kind);
    this.words[at + said.encryption] = this.encryptions.number(read.encryption);
    this.words[at + said.storage] = storages.indexOf(read.storage);
    this.deletings[key] = read.deleting ?? NaN;
  }

  digest(key: number): number {
    return this.loaded(key, said.digest);
  }

  substance(key: number): number {
    return this.loaded(key, said.substance);
  }

  uid(key: number): number {
    return this.loaded(key, said.uid);
  }

  kind(key: number): string {
    return this.kinds.all[this.loaded(key, said.kind)] as string;
  }

  deleting(key: number): number | null {
    this.loaded(key, said.kind);
    return unlessUnknown(this.deletings[key] as number);
  }

  /** What the newest value says, read from the file when it was left there. Throws when that is shorter by now. */
  private loaded(key: number, which: number): number {
    const at = key * width;
    if (this.source !== null && this.isUnread(key)) {
      const size = this.size(key);
      const value = this.source.read(this.numbers[at + field.valueAt] as number, size);
      if (value.length !== size) throw new Error('the file became shorter while it was read');
      readValue(value, onlyState, noTimes, reading);
      this.take(key, value, reading, false);
    }
    return this.words[at + which] as number;
  }
}
