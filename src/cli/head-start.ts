import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { digestBeside, worthDigestBeside } from '../etcd/snapshot/digest-beside.js';
import { digestPositions, type Digests, type DigestsElsewhere } from '../etcd/snapshot/digest.js';
import { readMetas } from '../formats/bbolt/meta.js';
import { CheckThreads, isWorthThreads } from './check-threads.js';
import { hashesShown, type WantedHashes } from './wanted-hashes.js';

/** What threads work on before the program is loaded. */
interface Begun {
  /** The digests of the one large file of the command line. */
  readonly digests?: { readonly path: string; readonly positions: readonly number[]; readonly wait: () => Digests | null };
  /** The files of the command line, where there are several. */
  readonly checks?: CheckThreads;
}

let begun: Begun = {};

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

function beginDigests(path: string): Begun {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || !worthDigestBeside(stat.size)) return {};
  const positions = positionsOf(path, stat.size);
  const wait = digestBeside(path, stat.size)?.(positions);
  return wait === undefined ? {} : { digests: { path, positions, wait } };
}

/** Options that change nothing about what is read of the files. */
const harmless = (option: string): boolean => option === '--json' || option === '--no-keys-hash' || option.startsWith('--lang=');

/**
 * Lets other threads begin with what a `snapshot check` will need, while this one loads the program: with the
 * digest of one large file, or with the files of a list. Says whether anything was begun; what is unusual is left to
 * the command itself.
 */
export function headStart(argv: readonly string[]): boolean {
  const [first, second, ...rest] = argv;
  if (first !== 'snapshot' || second !== 'check' || availableParallelism() < 2) return false;
  const options = rest.filter((word) => word.startsWith('-'));
  const files = rest.filter((word) => !word.startsWith('-'));
  const [file] = files;
  if (file === undefined || !options.every(harmless)) return false;
  try {
    if (files.length === 1) begun = beginDigests(file);
    else if (isWorthThreads(files)) begun = { checks: new CheckThreads(files, hashesShown(options.includes('--json'), !options.includes('--no-keys-hash'))) };
  } catch {
    // The command says what is wrong with the file.
  }
  return begun.digests !== undefined || begun.checks !== undefined;
}

/** The digests of a file that another thread makes: the one that has a head start, or a new one. Undefined for small files. */
export function digestsOf(path: string, size: number): DigestsElsewhere | undefined {
  const fresh = digestBeside(path, size);
  const { digests } = begun;
  if (digests?.path !== path || fresh === undefined) return fresh;
  return (positions) => (positions.every((position) => digests.positions.includes(position)) ? digests.wait : fresh(positions));
}

/** The threads that check a list of files: those that have a head start, or new ones. Null where threads are not worth it. */
export function checkThreads(paths: readonly string[], hashes: WantedHashes): CheckThreads | null {
  const share = begun.checks?.share;
  if (share !== undefined && share.hashes === hashes && share.paths.length === paths.length && share.paths.every((path, i) => path === paths[i])) return begun.checks ?? null;
  return isWorthThreads(paths) ? new CheckThreads(paths, hashes) : null;
}
