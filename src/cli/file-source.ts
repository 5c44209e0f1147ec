import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../formats/source.js';

/** A file on disk, opened read-only. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** Reads as much as is there, into the target. */
function fill(fd: number, target: Uint8Array, offset: number): number {
  let filled = 0;
  while (filled < target.length) {
    const got = readSync(fd, target, filled, target.length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** Opens a file; throws what the file system says, and EISDIR for a folder. */
export function fileSource(path: string): FileSource {
  const fd = openSync(path, 'r');
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  return {
    byteLength: stat.size,
    read: (offset, length) => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, stat.size - offset)));
      return buffer.subarray(0, fill(fd, buffer, offset));
    },
    readInto: (target, offset) => fill(fd, target.subarray(0, Math.max(0, stat.size - offset)), offset),
    close: () => closeSync(fd),
  };
}
