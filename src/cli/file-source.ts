import { closeSync, fstatSync, openSync } from 'node:fs';
import { DescriptorSource } from '../intake/file-source.js';

/** A file on disk, opened read-only. */
export class FileSource extends DescriptorSource {
  constructor(byteLength: number, private readonly opened: number) {
    super(byteLength);
  }

  close(): void {
    closeSync(this.opened);
  }

  protected override descriptor(): number {
    return this.opened;
  }
}

/** Opens a file; throws what the file system says, and EISDIR for a folder. */
export function fileSource(path: string): FileSource {
  const fd = openSync(path, 'r');
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  return new FileSource(stat.size, fd);
}
