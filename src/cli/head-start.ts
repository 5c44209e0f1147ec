import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { digestBeside } from '../etcd/snapshot/digest-beside.js';
import { digestPositions } from '../etcd/snapshot/digest.js';
import type { DigestsElsewhere } from '../etcd/snapshot/pass.js';
import { readMetas } from '../formats/bbolt/meta.js';

interface Started {
  readonly path: string;
  readonly positions: readonly number[];
  readonly wait: ReturnType<DigestsElsewhere>;
}

let started: Started | null = null;

/**
 * The digest of a large file takes longer than all else that `snapshot check FILE` does: a thread begins with it
 * while the rest of the program is being loaded. Anything unusual is left to the command itself.
 */
export function headStart(argv: readonly string[]): void {
  const [first, second, ...rest] = argv;
  const files = rest.filter((word) => !word.startsWith('-'));
  const path = files[0];
  if (first !== 'snapshot' || second !== 'check' || files.length !== 1 || path === undefined || rest.some((word) => ['--quick', '--help', '-h', '--lang'].includes(word))) return;
  try {
    const stat = statSync(path);
    const begin = stat.isFile() ? digestBeside(path, stat.size) : undefined;
    if (begin === undefined) return;
    const fd = openSync(path, 'r');
    const metas = readMetas({
      byteLength: stat.size,
      read: (offset, length) => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, stat.size - offset)));
        return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
      },
    });
    closeSync(fd);
    const pages = metas.active?.highWater ?? null;
    const positions = digestPositions(stat.size, pages === null || pages > 2n ** 32n ? null : Number(pages) * metas.pageSize);
    started = { path, positions, wait: begin(positions) };
  } catch {
    // What is wrong with the file is for the command to say.
  }
}

/** The digests of a file in another thread: the one that has a head start, or a new one. Undefined for small files. */
export function digestsOf(path: string, size: number): DigestsElsewhere | undefined {
  const early = started;
  const fresh = digestBeside(path, size);
  if (early?.path !== path || fresh === undefined) return fresh;
  started = null;
  return (positions) => (positions.every((position) => early.positions.includes(position)) ? early.wait : fresh(positions));
}
