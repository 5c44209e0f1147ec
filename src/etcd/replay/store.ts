import { panic } from '../../formats/death.js';
import type { Slice } from '../../formats/bbolt/behaviour/pages.js';
import { latin1 } from '../../formats/latin1.js';
import type { Revision } from '../revision-key.js';
import { addKey, keysBetween, orderedKeys, removeKey, type OrderedKeys } from './ordered-keys.js';

/** The newest version of a live key, as etcd's index and the row it points to know it. */
export interface LiveKey {
  /** Bytes of the key as latin-1 text: order of code units is order of bytes. */
  readonly key: string;
  /** Revision under which the row is stored. */
  readonly revision: Revision;
  /** As the row says; a damaged row may say something else than the index. */
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
  /** What the index counts, and what the next put continues. */
  readonly indexCreate: bigint;
  readonly indexVersion: bigint;
  /** Null: the value stands in the database. */
  readonly value: Uint8Array | null;
  /** Where it stands there. */
  readonly stored?: Slice;
  /** SHA-256 of the value as latin-1 text, where it was made when the value was at hand. */
  readonly digest?: string | undefined;
  /** The index knows the key, but its row cannot be found: whoever reads it ends the server. */
  readonly lost?: boolean;
}

/** A change that an entry made. `value` null: deleted. */
export interface Write {
  readonly revision: Revision;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly createRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
}

/** A lease that was granted, with the keys that go with it. */
export interface Lease {
  readonly keys: Set<string>;
}

/** etcd's key space in memory: what is live, and how far it got. */
export interface Store {
  readonly live: Map<string, LiveKey>;
  readonly order: OrderedKeys;
  readonly leases: Map<bigint, Lease>;
  revision: bigint;
  /** -1 when nothing was compacted. */
  compactRevision: bigint;
}

export function emptyStore(): Store {
  return { live: new Map(), order: orderedKeys(), leases: new Map(), revision: 1n, compactRevision: -1n };
}

/** Puts a live key into the index, replacing its earlier version. */
function setLive(store: Store, live: LiveKey): void {
  if (!store.live.has(live.key)) addKey(store.order, live.key);
  store.live.set(live.key, live);
}

function dropLive(store: Store, key: string): void {
  if (store.live.delete(key)) removeKey(store.order, key);
}

/** Keys of a range as a request gives it: no end = one key, `\0` = to the last key, else half open. */
export function keysOfRange(store: Store, key: Uint8Array, rangeEnd: Uint8Array): string[] {
  const from = latin1(key);
  if (rangeEnd.length === 0) return store.live.has(from) ? [from] : [];
  return keysBetween(store.order, from, rangeEnd.length === 1 && rangeEnd[0] === 0 ? null : latin1(rangeEnd));
}

/** One transaction: its changes share a main revision and are numbered. */
export interface Transaction {
  readonly store: Store;
  readonly changes: Write[];
}

export function beginTransaction(store: Store): Transaction {
  return { store, changes: [] };
}

const detach = (store: Store, key: string, lease: bigint): void => {
  store.leases.get(lease)?.keys.delete(key);
};

/** kvstore_txn.go put: create revision and version continue those of the index. */
export function put(txn: Transaction, key: string, value: Uint8Array, lease: bigint): void {
  const { store, changes } = txn;
  const main = store.revision + 1n;
  const before = store.live.get(key);
  const createRevision = before?.indexCreate ?? main;
  const version = (before?.indexVersion ?? 0n) + 1n;
  const revision = { main, sub: BigInt(changes.length) };
  if (before !== undefined && before.revision.main > main) {
    panic(`'put' with an unexpected smaller revision | {"given-revision-main": ${main}, "given-revision-sub": ${revision.sub}, "modified-revision-main": ${before.revision.main}, "modified-revision-sub": ${before.revision.sub}}`);
  }
  // The bytes lie in a buffer that the next read of the log overwrites.
  const kept = Uint8Array.from(value);
  setLive(store, { key, revision, createRevision, modRevision: main, version, lease, indexCreate: createRevision, indexVersion: version, value: kept });
  changes.push({ revision, key, value: kept, createRevision, version, lease });
  if (before !== undefined) detach(store, key, before.lease);
  if (lease !== 0n) store.leases.get(lease)?.keys.add(key);
}

/** Deletes the live keys among `keys`. */
export function deleteKeys(txn: Transaction, keys: readonly string[]): void {
  const { store, changes } = txn;
  for (const key of keys) {
    const before = store.live.get(key);
    if (before === undefined) continue;
    changes.push({ revision: { main: store.revision + 1n, sub: BigInt(changes.length) }, key, value: null, createRevision: 0n, version: 0n, lease: 0n });
    dropLive(store, key);
    detach(store, key, before.lease);
  }
}

/** Ends the transaction: the revision moves on when something changed. Returns the changes. */
export function endTransaction(txn: Transaction): readonly Write[] {
  if (txn.changes.length > 0) txn.store.revision += 1n;
  return txn.changes;
}
