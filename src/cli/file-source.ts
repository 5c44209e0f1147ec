import { closeSync, fstatSync, openSync } from 'node:fs';
import type { ByteSource } from '../formats/source.js';
import { sourceOn } from '../intake/file-source.js';

/** A file on disk, opened read-only. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** Opens a file; throws what the file system says, and EISDIR for a folder. */
export function fileSource(path: string): FileSource {
  const fd = openSync(path, 'r');
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  return { ...sourceOn(stat.size, () => fd), close: () => closeSync(fd) };
}
