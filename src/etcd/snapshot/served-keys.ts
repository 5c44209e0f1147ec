import { bucketEntries, bucketRows, type Bolt } from '../../formats/bbolt/db.js';
import type { Problem } from '../../formats/problem.js';
import { latin1 } from '../../formats/latin1.js';
import { sha256 } from '../../formats/sha256.js';
import { keysHash } from '../keys-hash.js';
import { historyOf } from './history.js';
import { checkRow } from './row-checks.js';

/** Every live key of a clean file, hashed where asked for, and what contradicts itself in its history. */
export interface ServedContent {
  /** As `keysHash` has it; null when not asked for. */
  readonly keysHash: string | null;
  readonly problems: readonly Problem[];
}

interface Newest {
  readonly modRevision: bigint;
  readonly value: Uint8Array;
}

const ignore = (): void => undefined;

/** Follows the rows of bucket `key` in order of revision; with `hash`, also hashes what is alive at the end, and holds one page of every live key in memory. */
export function servedContent(bolt: Bolt, compacted: bigint, hash: boolean): ServedContent {
  const history = historyOf();
  const newest = new Map<string, Newest>();
  const visited = new Set<number>();
  for (const entry of bucketEntries(bolt, visited, ignore)) {
    if (latin1(entry.name) !== 'key') continue;
    for (const row of bucketRows(bolt, entry, visited, ignore)) {
      const sound = checkRow(row, bolt.pageSize, ignore);
      if (sound === null) continue;
      history.row(sound);
      if (!hash) continue;
      const key = latin1(sound.key);
      if (sound.tombstone || key === '') newest.delete(key);
      else newest.set(key, { modRevision: sound.main, value: sound.value });
    }
  }
  const problems = history.gaps(compacted).map((gap) => ({ ...gap, page: null, offset: null }));
  if (!hash) return { keysHash: null, problems };
  const all = keysHash();
  for (const key of [...newest.keys()].sort()) {
    const { modRevision, value } = newest.get(key)!;
    all.add(key, modRevision, sha256(value));
  }
  return { keysHash: all.digest(), problems };
}
