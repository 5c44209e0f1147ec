import type { ByteSource } from '../formats/source.js';
import type { StampSink } from './clock-stamps.js';
import { fingerprint } from './fingerprint.js';
import type { LiveKey } from './survey.js';
import { emptyReading, readValue, type Reading, type Storage } from './value-reading.js';

const reading = emptyReading();
const noTimes: StampSink = () => undefined;
const onlyState = { creates: false, names: false, substance: true } as const;

/** What a survey keeps of one key. What only a comparison asks for is read from the file when it does. */
export class LiveEntry implements LiveKey {
  revision = 0;
  createRevision: number | null = null;
  size = 0;
  version: number | null = null;
  writes = 0;
  heldBytes = 0;
  storage: Storage = 'other';
  /** Its last value is a renewal: the earlier ones are, too. */
  renews = false;
  /** Revision of its newest deletion; -1 when none was seen. */
  goneAt = -1;
  /** It lives, as far as the writes so far say. */
  alive = false;
  private unread: ByteSource | null = null;
  private valueAt = 0;
  private ownDigest = 0;
  private ownSubstance = 0;
  private ownUid = 0;
  private ownKind = '';
  private ownDeleting: number | null = null;

  constructor(readonly key: string) {}

  get digest(): number {
    return this.loaded().ownDigest;
  }

  get substance(): number {
    return this.loaded().ownSubstance;
  }

  get uid(): number {
    return this.loaded().ownUid;
  }

  get kind(): string {
    return this.loaded().ownKind;
  }

  get deleting(): number | null {
    return this.loaded().ownDeleting;
  }

  /** Its value was read whole. */
  get isRead(): boolean {
    return this.unread === null;
  }

  /** A key that was not there, or not any more, is created. */
  revive(): void {
    this.alive = true;
    this.writes = 0;
    this.heldBytes = 0;
    this.createRevision = null;
  }

  /** Leaves the value, a protobuf object, where it is in the file. */
  leave(source: ByteSource, valueAt: number): void {
    this.storage = 'protobuf';
    this.unread = source;
    this.valueAt = valueAt;
  }

  /** Keeps what was read of the value. */
  take(value: Uint8Array, read: Reading): void {
    this.unread = null;
    this.ownDigest = fingerprint(value, 0, value.length, 0);
    this.ownSubstance = read.substance;
    this.ownUid = read.uid;
    this.ownKind = read.kind;
    this.ownDeleting = read.deleting;
    this.storage = read.storage;
  }

  private loaded(): this {
    if (this.unread === null) return this;
    const value = this.unread.read(this.valueAt, this.size);
    if (value.length !== this.size) throw new Error('the file became shorter while it was read');
    readValue(value, onlyState, noTimes, reading);
    this.take(value, reading);
    return this;
  }
}

/**
 * Whether two states of a key are the same write of one cluster. Where both values were read, their digests decide;
 * else revisions, version and length must be enough, as they are unless two clusters are compared.
 */
export function sameWrite(a: LiveKey, b: LiveKey, oneCluster: boolean): boolean {
  if (a.revision !== b.revision || a.createRevision !== b.createRevision || a.version !== b.version || a.size !== b.size) return false;
  const read = (entry: LiveKey): boolean => !(entry instanceof LiveEntry) || entry.isRead;
  return (oneCluster && !(read(a) && read(b))) || a.digest === b.digest;
}
