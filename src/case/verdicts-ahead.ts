import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SnapshotReport } from '../etcd/verdict.js';
import type { BundleFile } from '../intake/bundle.js';
import type { HashedFile } from './verdict-on.js';

/** Below this much in total, starting a thread takes longer than reading. */
const worthAThread = 96 * 2 ** 20;

/** One file to judge: where it lies, and the digests that the bundle has of it. */
export type VerdictTask = Omit<HashedFile, 'open'> & { readonly onDisk: string };

/** The verdict on the n-th task; null when reading it failed, which is then found again by whoever reads it here. */
export interface VerdictReply {
  readonly index: number;
  readonly report: SnapshotReport | null;
}

/** Verdicts that another thread makes in the order in which they will be asked for. */
export interface VerdictsAhead {
  /** The verdict on a file, once it is there, null when reading it failed; null at once when nobody makes it. */
  of(file: BundleFile): Promise<SnapshotReport | null> | null;
  /** Ends the other thread. */
  end(): void;
}

const nobody: VerdictsAhead = { of: () => null, end: () => undefined };

/**
 * Judges the bytes of large files in a second thread, so that what their content says can be read at the same
 * time in this one.
 */
export function verdictsAhead(files: readonly BundleFile[]): VerdictsAhead {
  const large = files.flatMap((file) => (file.onDisk === undefined ? [] : [{ file, onDisk: file.onDisk }]));
  if (availableParallelism() < 2 || large.reduce((total, { file }) => total + file.size, 0) < worthAThread) return nobody;
  const tasks = large.map(({ file: { size, sha256, bodySha256 }, onDisk }): VerdictTask => ({ onDisk, size, sha256, bodySha256: bodySha256 ?? null }));
  const resolvers: ((report: SnapshotReport | null) => void)[] = [];
  const promises = tasks.map(() => new Promise<SnapshotReport | null>((resolve) => void resolvers.push(resolve)));
  const giveUp = (): void => resolvers.forEach((resolve) => resolve(null));
  const worker = new Worker(new URL(`./verdict-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url), { workerData: tasks });
  worker.on('message', ({ index, report }: VerdictReply) => resolvers[index]?.(report));
  worker.on('error', giveUp);
  worker.on('exit', giveUp);
  return {
    of: (file) => promises[large.findIndex((one) => one.file === file)] ?? null,
    end: () => void worker.terminate(),
  };
}
