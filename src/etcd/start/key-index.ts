import { Death } from '../../formats/bbolt/behaviour/death.js';
import type { LineBehaviour } from './line-behaviour.js';

/** A revision of the store. */
export interface Rev {
  readonly main: bigint;
  readonly sub: bigint;
}

interface KeyEntry {
  modified: Rev;
  /** Revisions per life of the key; the last life is empty after a tombstone. */
  readonly lives: Rev[][];
}

/** The index over all keys, filled row by row at start (mvcc/key_index.go, index.go). */
export interface KeyIndex {
  put(key: string, rev: Rev): void;
  tombstone(key: string, rev: Rev): void;
  /** Keys alive at a revision in order of bytes, each with the revision that holds its value. */
  alive(at: bigint): readonly (readonly [string, Rev])[];
}

const greater = (a: Rev, b: Rev): boolean => a.main > b.main || (a.main === b.main && a.sub > b.sub);

function unexpected(behaviour: LineBehaviour, structured: boolean, rev: Rev, modified: Rev): never {
  throw new Death(
    'panic',
    structured
      ? `'put' with an unexpected smaller revision | {"given-revision-main": ${rev.main}, "given-revision-sub": ${rev.sub}, "modified-revision-main": ${modified.main}, "modified-revision-sub": ${modified.sub}}`
      : `store.keyindex: put with unexpected smaller revision [{${rev.main} ${rev.sub}} / {${modified.main} ${modified.sub}}]`,
  );
}

/** An empty index. `structured`: the log is zap's (3.4 restore, 3.5 and later). */
export function keyIndex(behaviour: LineBehaviour, structured: boolean): KeyIndex {
  const entries = new Map<string, KeyEntry>();
  const append = (entry: KeyEntry, rev: Rev): void => {
    if (!greater(rev, entry.modified)) unexpected(behaviour, structured, rev, entry.modified);
    entry.lives[entry.lives.length - 1]?.push(rev);
    entry.modified = rev;
  };
  return {
    put: (key, rev) => {
      const entry = entries.get(key);
      if (entry === undefined) entries.set(key, { modified: rev, lives: [[rev]] });
      else append(entry, rev);
    },
    tombstone: (key, rev) => {
      const entry = entries.get(key);
      if (entry === undefined) {
        if (behaviour.keepsLoneTombstones) entries.set(key, { modified: rev, lives: [[rev], []] });
        return;
      }
      if (entry.lives[entry.lives.length - 1]?.length === 0) return;
      append(entry, rev);
      entry.lives.push([]);
    },
    alive: (at) => {
      const found: (readonly [string, Rev])[] = [];
      for (const [key, entry] of entries) {
        const rev = revisionAt(entry, at);
        if (rev !== null) found.push([key, rev]);
      }
      return found.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    },
  };
}

/** keyIndex.get: findGeneration, then the newest revision not above `at`. */
function revisionAt(entry: KeyEntry, at: bigint): Rev | null {
  const last = entry.lives.length - 1;
  for (let i = last; i >= 0; i--) {
    const life = entry.lives[i] ?? [];
    const [first, end] = [life[0], life[life.length - 1]];
    if (first === undefined || end === undefined) continue;
    if (i !== last && end.main <= at) return null;
    if (first.main > at) continue;
    for (let j = life.length - 1; j >= 0; j--) {
      const rev = life[j];
      if (rev !== undefined && rev.main <= at) return rev;
    }
    return null;
  }
  return null;
}
