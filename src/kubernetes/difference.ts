import type { ByteSource } from '../formats/source.js';
import { meansResource } from './kind-words.js';
import { changesBetween, type KeyChange } from './loss.js';
import { readObject } from './object.js';
import { changedPaths } from './changed-paths.js';
import { compactKey } from './storage-key.js';
import { surveyWrites, type KubeSurvey, type LiveKey, type StoredWrite } from './survey.js';
import { utf8 } from './wire.js';
import { writesOfFile } from './writes.js';

/** One object that differs between two states. */
export interface ObjectDifference {
  readonly change: 'added' | 'changed' | 'removed';
  readonly key: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly from: LiveKey | null;
  readonly to: LiveKey | null;
  /** Heartbeats and bookkeeping, or only the status moved. */
  readonly noise: boolean;
}

/** What to compare; null compares all. Kinds are words as for `snapshot get`. */
export interface DifferenceFilter {
  readonly namespace: string | null;
  readonly kinds: readonly string[];
}

const word = { created: 'added', changed: 'changed', deleted: 'removed' } as const;

function wanted({ identity, from, to }: KeyChange, filter: DifferenceFilter): boolean {
  if (identity.resource === compactKey) return false;
  if (filter.namespace !== null && identity.namespace !== filter.namespace && !(identity.resource === 'namespaces' && identity.name === filter.namespace)) return false;
  return filter.kinds.length === 0 || filter.kinds.some((kind) => meansResource(kind, identity.resource, (to ?? from)?.kind ?? ''));
}

/** Objects that differ between two states, the earlier first; sorted by resource, namespace and name. */
export function differencesBetween(earlier: KubeSurvey, later: KubeSurvey, filter: DifferenceFilter = { namespace: null, kinds: [] }): ObjectDifference[] {
  const found: { readonly order: string; readonly difference: ObjectDifference }[] = [];
  for (const change of changesBetween(earlier, later)) {
    if (!wanted(change, filter)) continue;
    const { resource, namespace, name } = change.identity;
    const difference: ObjectDifference = { change: word[change.change], key: change.key, resource, namespace, name, from: change.from, to: change.to, noise: change.noise };
    found.push({ order: `${resource}\n${namespace ?? ''}\n${name}`, difference });
  }
  return found.sort((a, b) => (a.order < b.order ? -1 : 1)).map((one) => one.difference);
}

/** Most objects whose values are held to name their changed paths. */
const maxCompared = 5_000;

/** Paths that changed inside each changed object, by storage key. Values are read, compared and forgotten. */
export function changedPathsOf(earlier: Iterable<StoredWrite>, later: Iterable<StoredWrite>, differences: readonly ObjectDifference[]): ReadonlyMap<string, readonly string[]> {
  const changed = new Map(differences.filter((d) => d.change === 'changed').slice(0, maxCompared).map((d) => [d.key, d]));
  const before = valuesAt(earlier, changed, 'from');
  const after = valuesAt(later, changed, 'to');
  const paths = new Map<string, readonly string[]>();
  for (const key of changed.keys()) {
    const [a, b] = [before.get(key), after.get(key)];
    if (a === undefined || b === undefined) continue;
    const [x, y] = [readObject(a, 0n), readObject(b, 0n)];
    paths.set(key, x.form === 'object' && y.form === 'object' ? changedPaths(x.object, y.object) : []);
  }
  return paths;
}

function valuesAt(writes: Iterable<StoredWrite>, changed: ReadonlyMap<string, ObjectDifference>, side: 'from' | 'to'): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const write of writes) {
    if (write.value === null) continue;
    const key = utf8(write.key, 0, write.key.length);
    if (changed.get(key)?.[side]?.revision === Number(write.revision)) values.set(key, Uint8Array.from(write.value));
  }
  return values;
}

/** A row of the comparison of two candidates. */
export interface DiffRow {
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly a: { readonly revision: number; readonly version: number } | null;
  readonly b: { readonly revision: number; readonly version: number } | null;
}

const maxRows = 5_000;

/** Compares two files; `folded` counts the rows that are left out: bookkeeping, and all beyond the first 5 000. */
export function diffRows(a: ByteSource, b: ByteSource): { readonly rows: readonly DiffRow[]; readonly folded: number } {
  const all = differencesBetween(surveyWrites(writesOfFile(a), false), surveyWrites(writesOfFile(b), false));
  const rows = all.filter((d) => !d.noise).slice(0, maxRows);
  const side = (entry: LiveKey | null): DiffRow['a'] => (entry === null ? null : { revision: entry.revision, version: entry.version ?? entry.writes });
  return { rows: rows.map((d) => ({ resource: d.resource, namespace: d.namespace, name: d.name, a: side(d.from), b: side(d.to) })), folded: all.length - rows.length };
}
