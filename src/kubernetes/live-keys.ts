import type { KeyStates } from './key-states.js';
import type { LiveKey } from './survey.js';
import type { Storage } from './value-reading.js';

/** One key of a survey; its numbers stay where they are, and what only a comparison asks for is read when it does. */
class LiveState implements LiveKey {
  constructor(
    readonly states: KeyStates,
    readonly number: number,
  ) {}

  get key(): string {
    return this.states.keys.text(this.number);
  }

  get revision(): number {
    return this.states.revision(this.number);
  }

  get createRevision(): number | null {
    return this.states.created(this.number);
  }

  get version(): number | null {
    return this.states.version(this.number);
  }

  get size(): number {
    return this.states.size(this.number);
  }

  get writes(): number {
    return this.states.writes(this.number);
  }

  get heldBytes(): number {
    return this.states.heldBytes(this.number);
  }

  get storage(): Storage {
    return this.states.storage(this.number);
  }

  get digest(): number {
    return this.states.digest(this.number);
  }

  get substance(): number {
    return this.states.substance(this.number);
  }

  get uid(): number {
    return this.states.uid(this.number);
  }

  get kind(): string {
    return this.states.kind(this.number);
  }

  get deleting(): number | null {
    return this.states.deleting(this.number);
  }

  /** Its value was read whole. */
  get isRead(): boolean {
    return !this.states.isUnread(this.number);
  }
}

/** The keys of a survey that live, by their text, in the order in which they were met. A key is made an object anew each time. */
export class LiveKeys implements ReadonlyMap<string, LiveKey> {
  readonly size: number;

  constructor(private readonly states: KeyStates) {
    let size = 0;
    for (let number = 0; number < states.keys.size; number++) if (states.isAlive(number)) size++;
    this.size = size;
  }

  get(key: string): LiveKey | undefined {
    const bytes = Buffer.from(key);
    return this.alive(this.states.keys.find(bytes, 0, bytes.length));
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The same key here; for one of another survey, its text is not needed. */
  twinOf(entry: LiveKey): LiveKey | undefined {
    return entry instanceof LiveState ? this.alive(this.states.keys.findIn(entry.states.keys, entry.number)) : this.get(entry.key);
  }

  *values(): Generator<LiveKey, undefined> {
    const { states } = this;
    for (let number = 0; number < states.keys.size; number++) if (states.isAlive(number)) yield new LiveState(states, number);
  }

  *keys(): Generator<string, undefined> {
    for (const { key } of this.values()) yield key;
  }

  *entries(): Generator<[string, LiveKey], undefined> {
    for (const entry of this.values()) yield [entry.key, entry];
  }

  [Symbol.iterator](): Generator<[string, LiveKey], undefined> {
    return this.entries();
  }

  forEach(use: (entry: LiveKey, key: string, map: ReadonlyMap<string, LiveKey>) => void): void {
    for (const [key, entry] of this) use(entry, key, this);
  }

  private alive(number: number): LiveKey | undefined {
    return number >= 0 && this.states.isAlive(number) ? new LiveState(this.states, number) : undefined;
  }
}

/** The key of another survey in this one. */
export function twinIn(live: ReadonlyMap<string, LiveKey>, entry: LiveKey): LiveKey | undefined {
  return live instanceof LiveKeys ? live.twinOf(entry) : live.get(entry.key);
}

/**
 * Whether two states of a key are the same write of one cluster. Where both values were read, their digests decide;
 * else revisions, version and length must be enough, as they are unless two clusters are compared.
 */
export function sameWrite(a: LiveKey, b: LiveKey, oneCluster: boolean): boolean {
  if (a.revision !== b.revision || a.createRevision !== b.createRevision || a.version !== b.version || a.size !== b.size) return false;
  const read = (entry: LiveKey): boolean => !(entry instanceof LiveState) || entry.isRead;
  return (oneCluster && !(read(a) && read(b))) || a.digest === b.digest;
}
