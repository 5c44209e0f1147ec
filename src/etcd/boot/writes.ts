import { Death } from '../../formats/death.js';
import type { DataDir } from '../data-dir.js';
import { mvccRows } from '../mvcc.js';
import type { Write } from '../replay/store.js';
import type { EtcdLine, EtcdRelease } from '../version.js';
import { memberFiles } from './member-files.js';
import { serverKind, startMember } from './member-start.js';
import { replayLog } from './replay.js';

/** What one revision made of a key. `value` null: deleted. Bytes stay valid. */
export interface StoredVersion {
  readonly revision: bigint;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** What the log adds to the database of a member. */
export interface LogWrites {
  readonly writes: readonly Write[];
  /** Writes of entries above the recorded commit index: a cluster of several may drop them. */
  readonly uncommitted: number;
  /** Why the log could not be applied, or not to its end; null when it was. */
  readonly failure: string | null;
}

/**
 * The writes that the log holds and the database lacks, as a start would apply them. A member of several
 * is taken as if all that it holds were committed, unless only what its log records as committed is asked for.
 */
export function logWrites(dir: DataDir, line: EtcdLine, version?: string, committedOnly = false): LogWrites {
  const { loaded, failure } = startMember(dir, serverKind({ line, version }));
  if (failure !== null) return { writes: [], uncommitted: 0, failure: failure.message };
  const { started, machine, membership, database } = loaded;
  if (started === null) return { writes: [], uncommitted: 0, failure: null };
  const { read, log } = started;
  const writes: Write[] = [];
  let uncommitted = 0;
  try {
    replayLog(machine, {
      log,
      entries: committedOnly ? read.entries.filter(({ index }) => index <= read.state.commit) : read.entries,
      commit: read.entries.at(-1)?.index ?? 0n,
      consistentIndex: database.consistentIndex,
      memberId: read.memberId ?? 0n,
      membership,
      onWrites: (changes, entry) => {
        writes.push(...changes);
        if (entry.index > read.state.commit) uncommitted += changes.length;
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof Death)) throw thrown;
    return { writes, uncommitted, failure: thrown.message };
  }
  return { writes, uncommitted, failure: null };
}

/** Every version of every key that a member surely holds: rows of its database, then what its log adds and records as committed. */
export function* storedVersions(dir: DataDir, { line, version }: EtcdRelease): Generator<StoredVersion> {
  const { db } = memberFiles(dir);
  if (db !== null) for (const { revision, tombstone, keyValue } of mvccRows(db.source)) yield { revision: revision.main, key: keyValue.key, value: tombstone ? null : keyValue.value };
  for (const { revision, key, value } of logWrites(dir, line, version, true).writes) yield { revision: revision.main, key: Buffer.from(key, 'latin1'), value };
}
