import { memorySized, readSnapshot, type SnapshotOptions } from '../etcd/snapshot/index.js';
import type { SnapshotReport } from '../etcd/verdict.js';
import { fileSource } from './file-source.js';
import type { WantedHashes } from './wanted-hashes.js';

/** A list of files that several threads check: each takes the next one that nobody has taken. */
export interface CheckShare {
  readonly paths: readonly string[];
  readonly hashes: WantedHashes;
  /** One cell: how many files have been taken. */
  readonly taken: SharedArrayBuffer;
}

/** The answer on one file of the list, or why it could not be opened. */
export type CheckReply = { readonly index: number } & ({ readonly report: SnapshotReport } | { readonly failure: { readonly code: unknown; readonly message: string } });

/** How one file is read: the same whether it is asked about alone or in a folder. */
export const snapshotOptions = (hashes: WantedHashes, size: number): SnapshotOptions => ({ keysHash: hashes === 'served' && size <= memorySized, statusHash: hashes !== 'none' });

/** Takes files until none is left. */
export function checkShare({ paths, hashes, taken }: CheckShare, answer: (reply: CheckReply) => void): void {
  const next = new Int32Array(taken);
  for (;;) {
    const index = Atomics.add(next, 0, 1);
    const path = paths[index];
    if (path === undefined) return;
    try {
      const source = fileSource(path);
      answer({ index, report: readSnapshot(source, snapshotOptions(hashes, source.byteLength)) });
      source.close();
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: string };
      answer({ index, failure: { code, message: message ?? String(error) } });
    }
  }
}
