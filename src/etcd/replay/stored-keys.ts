import type { Slice } from '../../formats/bbolt/behaviour/pages.js';
import type { KeyValue } from '../key-value.js';
import type { Revision } from '../revision-key.js';
import type { LiveKey } from './store.js';

/** Numbers of one key: the revision of its row, and what the row says. */
const field = { main: 0, sub: 1, created: 2, modified: 3, version: 4, lease: 5 } as const;
const width = 6;

const none = new Uint8Array();
/** In place of a length: the row cannot be found. */
const isLost = -1;

/** Live keys of a database, in columns: a large cluster has a million, and objects for their numbers would take several times the room. */
export class StoredKeys {
  private readonly numbers: BigInt64Array;
  /** Where each value begins in the database, and its length. */
  private readonly values: Float64Array;
  private count = 0;

  constructor(capacity: number) {
    this.numbers = new BigInt64Array(capacity * width);
    this.values = new Float64Array(capacity * 2);
  }

  /** A key by its row: `row` null when that cannot be read, which makes it an empty value at its first version. */
  add(key: string, revision: Revision, row: KeyValue | null, value: Slice, digest?: string): LiveKey {
    const at = this.count * width;
    this.numbers[at + field.main] = revision.main;
    this.numbers[at + field.sub] = revision.sub;
    this.numbers[at + field.created] = row?.createRevision ?? revision.main;
    this.numbers[at + field.modified] = row?.modRevision ?? revision.main;
    this.numbers[at + field.version] = row?.version ?? 1n;
    this.numbers[at + field.lease] = row?.lease ?? 0n;
    this.values[this.count * 2] = value.at;
    this.values[this.count * 2 + 1] = value.length;
    return new StoredKey(key, digest, this, this.count++);
  }

  /** A key whose row cannot be found. */
  addLost(key: string, revision: Revision): LiveKey {
    return this.add(key, revision, null, { at: 0, length: isLost });
  }

  number(place: number, which: number): bigint {
    return this.numbers[place * width + which]!;
  }

  value(place: number): Slice {
    return { at: this.values[place * 2]!, length: this.values[place * 2 + 1]! };
  }
}

class StoredKey implements LiveKey {
  constructor(readonly key: string, readonly digest: string | undefined, private readonly keys: StoredKeys, private readonly place: number) {}

  get revision(): Revision {
    return { main: this.keys.number(this.place, field.main), sub: this.keys.number(this.place, field.sub) };
  }

  get createRevision(): bigint {
    return this.keys.number(this.place, field.created);
  }

  get modRevision(): bigint {
    return this.keys.number(this.place, field.modified);
  }

  get version(): bigint {
    return this.keys.number(this.place, field.version);
  }

  get lease(): bigint {
    return this.keys.number(this.place, field.lease);
  }

  get indexCreate(): bigint {
    return this.createRevision;
  }

  get indexVersion(): bigint {
    return this.version;
  }

  get value(): Uint8Array | null {
    return this.stored.length === 0 ? none : null;
  }

  get stored(): Slice {
    return this.keys.value(this.place);
  }

  get lost(): boolean {
    return this.stored.length === isLost;
  }
}
