import { meansResource } from './kind-words.js';
import { compactKey, prefixFromObject, prefixOfKubeSystem, usualPrefixes, type StorageIdentity } from './storage-key.js';
import type { StoredWrite } from './survey.js';
import { groupOf, identityOfRow, valueHeader } from './value-header.js';
import { utf8 } from './wire.js';

/** What to look for: an object by kind and name, or one storage key. */
export type Wanted =
  | { readonly by: 'name'; readonly kind: string; readonly namespace: string | null; readonly name: string }
  | { readonly by: 'key'; readonly key: string };

/** The last state of one object that the writes hold. */
export interface FoundObject {
  readonly key: string;
  readonly identity: StorageIdentity | null;
  readonly revision: bigint;
  readonly value: Uint8Array;
  /** Revision of the deletion that came after; null while it lives. */
  readonly deletedAt: bigint | null;
}

export interface FindResult {
  readonly found: readonly FoundObject[];
  /** Some objects of that kind under other names, `namespace/name`, at most 10: what may have been meant. */
  readonly others: readonly string[];
}

/** The prefixes below which objects are kept; read from the first write that shows them. */
export function prefixesIn(writes: Iterable<StoredWrite>): readonly string[] {
  for (const write of writes) {
    const key = utf8(write.key, 0, write.key.length);
    if (write.value === null || key === compactKey) continue;
    if (usualPrefixes.some((prefix) => key.startsWith(prefix))) return usualPrefixes;
    const value = valueHeader(write.value);
    const prefix = prefixOfKubeSystem(key) ?? (value === null ? null : prefixFromObject(key, value.header.namespace, value.header.name, groupOf(value.apiVersion)));
    if (prefix !== null) return [prefix];
  }
  return usualPrefixes;
}

/**
 * Finds objects in one pass, as they were at `upTo` (default: at the end), below the prefixes or those that values show.
 * Values of what was found are copied; everything else is forgotten.
 */
export function findObjects(writes: Iterable<StoredWrite>, wanted: Wanted, upTo: bigint | null = null, prefixes: readonly string[] = usualPrefixes): FindResult {
  const found = new Map<string, FoundObject>();
  const others = new Set<string>();
  const deletions = new Map<string, bigint>();
  for (const write of writes) {
    if (upTo !== null && write.revision > upTo) continue;
    const key = utf8(write.key, 0, write.key.length);
    const known = found.get(key);
    if (known !== undefined && known.revision > write.revision) continue;
    if (write.value === null) {
      if (known !== undefined) found.set(key, { ...known, deletedAt: write.revision });
      else if (key === (wanted.by === 'key' ? wanted.key : '') || (wanted.by === 'name' && key.endsWith(`/${wanted.name}`))) deletions.set(key, write.revision);
      continue;
    }
    const deletedLater = deletions.get(key) ?? 0n;
    const deletedAt = deletedLater > write.revision ? deletedLater : null;
    if (wanted.by === 'key') {
      if (key === wanted.key) found.set(key, { key, identity: identityOfRow(key, valueHeader(write.value), prefixes), revision: write.revision, value: Uint8Array.from(write.value), deletedAt });
      continue;
    }
    const named = key.endsWith(`/${wanted.name}`);
    if (!named && others.size >= 10) continue;
    const header = named ? valueHeader(write.value) : null;
    const identity = identityOfRow(key, header, prefixes);
    if (identity === null || !meansResource(wanted.kind, identity.resource, header?.kind ?? '')) continue;
    if (!named || identity.name !== wanted.name || (wanted.namespace !== null && identity.namespace !== wanted.namespace)) {
      if (others.size < 10) others.add(identity.namespace === null ? identity.name : `${identity.namespace}/${identity.name}`);
      continue;
    }
    found.set(key, { key, identity, revision: write.revision, value: Uint8Array.from(write.value), deletedAt });
  }
  return { found: [...found.values()], others: [...others].sort() };
}
