import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { awaitDigests, digestBeside, digestPlace, worthDigestBeside } from '../etcd/snapshot/digest-beside.js';
import { digestFile, type DigestTask } from '../etcd/snapshot/digest-file.mjs';
import { digestPositions } from '../etcd/snapshot/digest.js';
import type { DigestsElsewhere } from '../etcd/snapshot/digest.js';
import { readMetas } from '../formats/bbolt/meta.js';

/** Where the digests of a file are wanted: its tree says where it ends. Throws what the file system says. */
function positionsOf(path: string, size: number): readonly number[] {
  const fd = openSync(path, 'r');
  try {
    const metas = readMetas({
      byteLength: size,
      read: (offset, length) => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
        return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
      },
    });
    const pages = metas.active?.highWater ?? null;
    return digestPositions(size, pages === null || pages > 2n ** 32n ? null : Number(pages) * metas.pageSize);
  } finally {
    closeSync(fd);
  }
}

/** The one large file that a command line wants the whole verdict of; null for all others, which need no head start. */
function largeFile(argv: readonly string[]): { readonly path: string; readonly size: number } | null {
  const [first, second, ...rest] = argv;
  const files = rest.filter((word) => !word.startsWith('-'));
  const path = files[0];
  if (first !== 'snapshot' || second !== 'check' || files.length !== 1 || path === undefined) return null;
  if (rest.some((word) => ['--quick', '--help', '-h', '--lang'].includes(word))) return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && worthDigestBeside(stat.size) ? { path, size: stat.size } : null;
}

/**
 * The digest of a large file takes longer than all else that `snapshot check FILE` does: this thread begins
 * with it at once, and a second one loads the program and runs the command. Returns the exit code of the
 * command; null when nothing was begun: anything unusual is left to the command itself.
 */
export async function headStart(argv: readonly string[], program: URL): Promise<number | null> {
  if (!isMainThread || availableParallelism() < 2) return null;
  try {
    const file = largeFile(argv);
    if (file === null) return null;
    const begun: DigestTask = { ...file, positions: positionsOf(file.path, file.size), place: digestPlace() };
    const worker = new Worker(program, { argv: [...argv], workerData: { headStart: begun } });
    const ended = new Promise<number | null>((resolve) => {
      worker.once('error', () => resolve(null));
      worker.once('exit', resolve);
    });
    digestFile(begun);
    return await ended;
  } catch {
    return null;
  }
}

/** What the first thread began with when it handed the command to this one. */
const begunElsewhere = (): DigestTask | undefined => (workerData as { readonly headStart?: DigestTask } | null)?.headStart;

/** The digests of a file that another thread makes: the one that has a head start, or a new one. Undefined for small files. */
export function digestsOf(path: string, size: number): DigestsElsewhere | undefined {
  const begun = begunElsewhere();
  const fresh = digestBeside(path, size);
  if (begun?.path !== path || fresh === undefined) return fresh;
  return (positions) => (positions.every((position) => begun.positions.includes(position)) ? () => awaitDigests(begun.place) : fresh(positions));
}
