import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../formats/source.js';

const maxOpen = 64;
/** Descriptors in order of last use; a bundle of thousands of files must not run out of them. */
const open = new Map<string, number>();

function descriptor(path: string): number {
  const known = open.get(path);
  if (known !== undefined) {
    open.delete(path);
    open.set(path, known);
    return known;
  }
  if (open.size >= maxOpen) {
    const oldest = open.entries().next().value;
    if (oldest !== undefined) {
      open.delete(oldest[0]);
      closeSync(oldest[1]);
    }
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  open.set(path, fd);
  return fd;
}

/** Closes the descriptors of these paths; used before the scratch folder is removed. */
export function closeSources(paths: Iterable<string>): void {
  for (const path of paths) {
    const fd = open.get(path);
    if (fd === undefined) continue;
    open.delete(path);
    closeSync(fd);
  }
}

/** The bytes behind a descriptor, which is asked for at each reading; `byteLength` is the size when the file was opened. */
export abstract class DescriptorSource implements ByteSource {
  constructor(readonly byteLength: number) {}

  protected abstract descriptor(): number;

  read(offset: number, length: number): Uint8Array {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.byteLength - offset)));
    return buffer.subarray(0, this.fill(buffer, offset));
  }

  readInto(target: Uint8Array, offset: number): number {
    return this.fill(target.subarray(0, Math.max(0, this.byteLength - offset)), offset);
  }

  lengthNow(): number {
    return fstatSync(this.descriptor()).size;
  }

  private fill(target: Uint8Array, offset: number): number {
    let filled = 0;
    while (filled < target.length) {
      const got = readSync(this.descriptor(), target, filled, target.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return filled;
  }
}

class PathSource extends DescriptorSource {
  constructor(private readonly path: string) {
    super(fstatSync(descriptor(path)).size);
  }

  protected override descriptor(): number {
    return descriptor(this.path);
  }
}

/**
 * A file on disk, opened read-only and without following a link in its last component.
 * Throws Node's errors (EACCES, ENOENT, ELOOP) when it cannot be opened.
 */
export function fileSource(path: string): ByteSource {
  return new PathSource(path);
}
