import { memorySized, readSnapshot, type SnapshotOptions } from '../etcd/snapshot/index.js';
import type { SnapshotReport } from '../etcd/verdict.js';
import { fileSource } from './file-source.js';

/** A list of files that several threads check: each takes the next one that nobody has taken. */
export interface CheckShare {
  readonly paths: readonly string[];
  /** Hash what would be served, where that fits into memory. */
  readonly hashKeys: boolean;
  /** One cell: how many files have been taken. */
  readonly taken: SharedArrayBuffer;
}

/** The answer on one file of the list, or why it could not be opened. */
export type CheckReply = { readonly index: number } & ({ readonly report: SnapshotReport } | { readonly failure: { readonly code: unknown; readonly message: string } });

/** How one file is read: the same whether it is asked about alone or in a folder. */
export const snapshotOptions = (hashKeys: boolean, size: number): SnapshotOptions => ({ keysHash: hashKeys && size <= memorySized });

/** Takes files until none is left. */
export function checkShare({ paths, hashKeys, taken }: CheckShare, answer: (reply: CheckReply) => void): void {
  const next = new Int32Array(taken);
  for (;;) {
    const index = Atomics.add(next, 0, 1);
    const path = paths[index];
    if (path === undefined) return;
    try {
      const source = fileSource(path);
      answer({ index, report: readSnapshot(source, snapshotOptions(hashKeys, source.byteLength)) });
      source.close();
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: string };
      answer({ index, failure: { code, message: message ?? String(error) } });
    }
  }
}
