import { latin1, printable } from '../../formats/latin1.js';
import { longer } from '../../formats/longer.js';
import type { Problem } from '../../formats/problem.js';
import { KeyTable } from '../key-table.js';
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

const mostListed = 200;

/** The newest life of each key, by the number of the key. */
class KeyLives {
  readonly keys = new KeyTable();
  created = new BigInt64Array(1 << 10);
  /** 0 where the key does not live. */
  versions = new BigInt64Array(1 << 10);

  /** The number of a key; it does not live when it is new. */
  of(key: Uint8Array): number {
    const number = this.keys.add(key, 0, key.length);
    if (number >= this.versions.length) {
      const size = this.versions.length * 2;
      this.created = longer(this.created, new BigInt64Array(size));
      this.versions = longer(this.versions, new BigInt64Array(size));
    }
    return number;
  }
}

export function historyOf(): History {
  const lives = new KeyLives();
  /** Suspicions with the revision from which they count. */
  const broken: { readonly main: bigint; readonly key: string; readonly message: string }[] = [];
  const holes: { readonly from: bigint; readonly to: bigint }[] = [];
  let last: bigint | null = null;
  const suspect = (main: bigint, key: Uint8Array, message: (name: string) => string): void => {
    const name = printable(latin1(key));
    if (broken.length < 100_000) broken.push({ main, key: name, message: message(name) });
  };
  return {
    row: (row) => {
      if (row.sub === 0n || last === null || row.main !== last) {
        if (last !== null && row.main > last + 1n) holes.push({ from: last + 1n, to: row.main - 1n });
        else if (last === null && row.main > 2n) holes.push({ from: 2n, to: row.main - 1n });
        last = row.main;
      }
      const { key, main, version, createRevision } = row;
      if (key.length === 0) return;
      const number = lives.of(key);
      const before = lives.versions[number]!;
      if (row.tombstone) {
        if (before === 0n) suspect(main, key, (name) => `revision ${main} deletes ${name}, which does not exist there`);
      } else if (version > 1n) {
        if (before !== version - 1n || lives.created[number] !== createRevision) suspect(main, key, (name) => `version ${version} of ${name} at revision ${main} does not follow a version ${version - 1n}`);
      } else if (before !== 0n) suspect(main, key, (name) => `${name} begins anew at revision ${main} without having been deleted`);
      lives.versions[number] = row.tombstone ? 0n : version;
      lives.created[number] = createRevision;
    },
    liveKeys: () => lives.versions.reduce((alive, version) => (version === 0n ? alive : alive + 1), 0),
    gaps: (compacted) => [
      ...holes.filter((hole) => hole.to > compacted).slice(0, mostListed).map((hole) => ({
        code: 'etcd.revision-gap', severity: 'error' as const,
        message: `revisions ${hole.from > compacted ? hole.from : compacted + 1n} to ${hole.to} are missing, though nothing above ${compacted} was compacted`,
      })),
      ...broken.filter((b) => b.main > compacted).slice(0, mostListed).map((b) => ({ code: 'etcd.history', severity: 'error' as const, message: b.message, keys: [b.key] })),
    ],
  };
}
