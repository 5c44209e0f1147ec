import { chmodSync, closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource } from '../formats/source.js';
import type { BundleFile } from './bundle.js';
import { closeSources, fileSource } from './file-source.js';

/** Entries up to this size stay in memory while the total of such entries is below `memoryBudget`. */
const smallEntry = 256 * 1024;
const memoryBudget = 48 * 1024 * 1024;
/** Disk space that is always left free. */
const reserve = 512 * 1024 * 1024;
const block = 4096;

/** Receives the bytes of one entry; `finish` gives back a way to read them. */
export interface Spill {
  write(chunk: Uint8Array): void;
  finish(): Pick<BundleFile, 'onDisk' | 'open'>;
  abort(): void;
}

/** A private folder (mode 0700) for the contents of archives; files in it have generated names only. */
export interface Scratch {
  spill(): Spill;
  /** Bytes that may still be written. */
  room(): number;
  remove(): void;
}

const isZero = (chunk: Buffer): boolean => chunk.equals(zeros.subarray(0, chunk.length));
const zeros = Buffer.alloc(block);

/**
 * Writes only what is not zero, so that a 64 MB preallocated WAL of a few records costs a few blocks.
 * Returns the bytes that were really written.
 */
function writeSparse(fd: number, chunk: Uint8Array, position: number): void {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let start = 0;
  let at = 0;
  const flush = (end: number): void => {
    for (let done = start; done < end; ) done += writeSync(fd, buffer, done, end - done, position + done);
  };
  while (at < buffer.length) {
    const next = Math.min(buffer.length, at + block - ((position + at) % block));
    if (isZero(buffer.subarray(at, next))) {
      flush(at);
      start = next;
    }
    at = next;
  }
  flush(buffer.length);
}

/** Creates the folder on first use only. `remove` deletes it with everything in it. */
export function scratch(): Scratch {
  let folder: string | null = null;
  let count = 0;
  let inMemory = 0;
  const paths: string[] = [];
  const newPath = (): string => {
    if (folder === null) {
      folder = mkdtempSync(join(tmpdir(), 'etcd-autopsy-'));
      chmodSync(folder, 0o700);
    }
    const path = join(folder, String(count++).padStart(6, '0'));
    paths.push(path);
    return path;
  };
  return {
    room() {
      const stats = statfsSync(folder ?? tmpdir());
      return Math.max(0, stats.bavail * stats.bsize - reserve);
    },
    spill() {
      let held: Buffer[] = [];
      let size = 0;
      let fd: number | null = null;
      let path = '';
      const toDisk = (): number => {
        path = newPath();
        const opened = openSync(path, 'wx', 0o600);
        let position = 0;
        for (const part of held) {
          writeSparse(opened, part, position);
          position += part.length;
        }
        held = [];
        return opened;
      };
      return {
        write(chunk) {
          if (fd === null && size + chunk.length > smallEntry) fd = toDisk();
          if (fd === null) held.push(Buffer.from(chunk));
          else writeSparse(fd, chunk, size);
          size += chunk.length;
        },
        finish() {
          if (fd === null && inMemory + size > memoryBudget) fd = toDisk();
          if (fd !== null) {
            ftruncateSync(fd, size);
            closeSync(fd);
            return { onDisk: path, open: () => fileSource(path) };
          }
          inMemory += size;
          const bytes = Buffer.concat(held);
          return { open: () => bytesSource(bytes) };
        },
        abort() {
          held = [];
          if (fd !== null) closeSync(fd);
          fd = null;
        },
      };
    },
    remove() {
      closeSources(paths);
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  };
}
