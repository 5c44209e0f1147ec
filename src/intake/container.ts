import type { ByteSource } from '../formats/source.js';

/** Wrappers that intake opens; recognised by their first bytes, never by name. */
export type ContainerKind = 'tar' | 'zip' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** One opened archive: its own path, what the paths of its entries begin with, and its size in bytes. */
export interface Archive {
  readonly path: string;
  readonly prefix: string;
  readonly size: number;
}

const startsWith = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);

/**
 * Sum of a tar header block with its checksum field taken as blanks (POSIX ustar, also v7), compared
 * with the octal number stored in bytes 148–155.
 */
function isTarHeader(block: Uint8Array): boolean {
  if (block.length < 512) return false;
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  const stored = Number.parseInt(String.fromCharCode(...block.subarray(148, 156)).replace(/[\0 ]+$/, ''), 8);
  return sum > 256 && stored === sum;
}

/** Kind by content, or null for an ordinary file. `head` holds at least the first 512 bytes, if there are so many. */
export function containerKind(head: Uint8Array): ContainerKind | null {
  if (startsWith(head, 0x1f, 0x8b, 0x08)) return 'gzip';
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (startsWith(head, 0x42, 0x5a, 0x68) && head[3] !== undefined && head[3] >= 0x31 && head[3] <= 0x39) return 'bzip2';
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0x50, 0x4b, 0x05, 0x06)) return 'zip';
  return isTarHeader(head) ? 'tar' : null;
}

/** Kind of a whole source. */
export function containerKindOf(source: ByteSource): ContainerKind | null {
  return containerKind(source.read(0, 512));
}
