import { printable } from '../../formats/latin1.js';
import type { Problem } from '../../formats/problem.js';
import type { SoundRow } from './row-checks.js';

/** Follows the lives of all keys through the rows of bucket `key`, in order of revision. */
export interface History {
  row(row: Omit<SoundRow, 'value'>): void;
  liveKeys(): number;
  /**
   * What contradicts a history without holes above the compacted revision: etcd writes every revision
   * with at least one row of sub revision 0, every version after its predecessor, and starts a new life
   * of a key only after a deletion (mvcc/kvstore_txn.go, kvstore_compaction.go).
   */
  gaps(compacted: bigint): readonly Pick<Problem, 'code' | 'severity' | 'message' | 'keys'>[];
}

interface Life {
  createRevision: bigint;
  version: bigint;
  alive: boolean;
}

const mostListed = 200;

export function historyOf(): History {
  const lives = new Map<string, Life>();
  /** Suspicions with the revision from which they count. */
  const broken: { readonly main: bigint; readonly key: string; readonly message: string }[] = [];
  const holes: { readonly from: bigint; readonly to: bigint }[] = [];
  let last: bigint | null = null;
  const suspect = (main: bigint, key: string, message: string): void => {
    if (broken.length < 100_000) broken.push({ main, key, message });
  };
  return {
    row: (row) => {
      if (row.sub === 0n || last === null || row.main !== last) {
        if (last !== null && row.main > last + 1n) holes.push({ from: last + 1n, to: row.main - 1n });
        else if (last === null && row.main > 2n) holes.push({ from: 2n, to: row.main - 1n });
        last = row.main;
      }
      if (row.key === '') return;
      const before = lives.get(row.key);
      if (row.tombstone) {
        if (before === undefined || !before.alive) suspect(row.main, row.key, `revision ${row.main} deletes ${printable(row.key)}, which does not exist there`);
      } else if (row.version > 1n) {
        if (before?.alive !== true || before.version !== row.version - 1n || before.createRevision !== row.createRevision) {
          suspect(row.main, row.key, `version ${row.version} of ${printable(row.key)} at revision ${row.main} does not follow a version ${row.version - 1n}`);
        }
      } else if (before?.alive === true) suspect(row.main, row.key, `${printable(row.key)} begins anew at revision ${row.main} without having been deleted`);
      lives.set(row.key, { createRevision: row.createRevision, version: row.version, alive: !row.tombstone });
    },
    liveKeys: () => [...lives.values()].filter((life) => life.alive).length,
    gaps: (compacted) => [
      ...holes.filter((hole) => hole.to > compacted).slice(0, mostListed).map((hole) => ({
        code: 'etcd.revision-gap', severity: 'error' as const,
        message: `revisions ${hole.from > compacted ? hole.from : compacted + 1n} to ${hole.to} are missing, though nothing above ${compacted} was compacted`,
      })),
      ...broken.filter((b) => b.main > compacted).slice(0, mostListed).map((b) => ({ code: 'etcd.history', severity: 'error' as const, message: b.message, keys: [printable(b.key)] })),
    ],
  };
}
