import { createHash } from 'node:crypto';
import { bucketEntries, bucketRows, type Bolt } from '../../formats/bbolt/db.js';
import type { Problem } from '../../formats/problem.js';
import { parseKeyValue } from '../key-value.js';
import { latin1 } from './contents.js';
import { historyOf } from './history.js';
import { checkRow } from './row-checks.js';

/** Every live key of a clean file, hashed, and what contradicts itself in its history. */
export interface ServedContent {
  /** SHA-256 over `hex(key) TAB mod_revision TAB hex(sha256(value)) LF`, keys ascending by bytes. */
  readonly keysHash: string;
  readonly problems: readonly Problem[];
}

interface Newest {
  readonly modRevision: bigint;
  readonly value: Uint8Array;
}

const ignore = (): void => undefined;

/** Reads the rows of bucket `key` in order of revision. Holds one page of every live key in memory. */
export function servedContent(bolt: Bolt, compacted: bigint): ServedContent {
  const history = historyOf();
  const newest = new Map<string, Newest>();
  const visited = new Set<number>();
  for (const entry of bucketEntries(bolt, visited, ignore)) {
    if (latin1(entry.name) !== 'key') continue;
    for (const row of bucketRows(bolt, entry, visited, ignore)) {
      const sound = checkRow(row, bolt.pageSize, ignore);
      if (sound === null) continue;
      history.row(sound);
      const kv = sound.tombstone ? null : parseKeyValue(row.value);
      if (kv === null || sound.key === '') newest.delete(sound.key);
      else newest.set(sound.key, { modRevision: kv.modRevision, value: kv.value });
    }
  }
  const hash = createHash('sha256');
  for (const key of [...newest.keys()].sort()) {
    const { modRevision, value } = newest.get(key) ?? { modRevision: 0n, value: new Uint8Array() };
    hash.update(`${Buffer.from(key, 'latin1').toString('hex')}\t${modRevision}\t${createHash('sha256').update(value).digest('hex')}\n`);
  }
  return { keysHash: hash.digest('hex'), problems: history.gaps(compacted).map((gap) => ({ ...gap, page: null, offset: null })) };
}
