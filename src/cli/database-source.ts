import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../formats/source.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';

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

/** Opens one file named on the command line, read-only; throws a sentence for people. */
export function databaseSource(path: string, language: Language): ByteSource {
  try {
    const fd = openSync(path, 'r');
    const stat = fstatSync(fd);
    if (stat.isDirectory()) {
      closeSync(fd);
      throw new Error(say(language, 'bytes.cli.is-folder', { path }));
    }
    return {
      byteLength: stat.size,
      read: (offset, length) => {
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, stat.size - offset)));
        return buffer.subarray(0, fill(fd, buffer, offset));
      },
      readInto: (target, offset) => fill(fd, target.subarray(0, Math.max(0, stat.size - offset)), offset),
    };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new Error(say(language, 'bytes.cli.cannot-open', { path, reason: error.message }), { cause: error });
  }
}
