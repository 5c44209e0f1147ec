import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Collector } from './collector.js';
import { fileSource } from './file-source.js';
import { decodeName, showName } from './names.js';

/** A plain input file: where it lies and under which path the case knows it. */
export interface PlainFile {
  readonly onDisk: string;
  readonly path: string;
  readonly sha256: string;
  /** What the file system said of it before it was read; null when it was changed so shortly before that a change since need not show. */
  readonly stamp: string | null;
}

/** A change within the same tick of the file system's clock does not show in its times; FAT's is two seconds long. */
const tickMs = 2_000;

/**
 * Identity, length and times of a file as the file system has them; null where they prove nothing. Asked of an opened
 * file: a network file system then asks its server.
 */
export function stampOf(onDisk: string): string | null {
  const fd = openSync(onDisk, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
    const settled = BigInt(Date.now() - tickMs) * 1_000_000n;
    return ctimeNs > settled || mtimeNs > settled ? null : [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } finally {
    closeSync(fd);
  }
}

const reason = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

/** Adds one regular file; an unreadable one becomes a finding. */
export function addPlainFile(onDisk: string, wanted: string, mtimeMs: number, into: Collector): PlainFile | null {
  const { path } = into.unique(wanted);
  try {
    const stamp = stampOf(onDisk);
    const { sha256, bodySha256, size } = digestOf(fileSource(onDisk));
    into.add({ path, size, sha256, bodySha256, mtime: Math.round(mtimeMs), mtimeFromArchive: false, onDisk, open: () => fileSource(onDisk) });
    return { onDisk, path, sha256, stamp };
  } catch (error) {
    into.note('intake.unreadable', path, { error: reason(error) });
    return null;
  }
}

/** Walks a folder in name order. Links are said and not followed; devices and pipes are never opened. */
export function addFolder(root: string, prefix: string, into: Collector): PlainFile[] {
  const found: PlainFile[] = [];
  const work: { dir: string; path: string }[] = [{ dir: root, path: prefix }];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    let names: Buffer[];
    try {
      names = readdirSync(at.dir, { encoding: 'buffer' }).sort(Buffer.compare);
    } catch (error) {
      into.note('intake.unreadable', at.path, { error: reason(error) });
      continue;
    }
    const folders: { dir: string; path: string }[] = [];
    for (const bytes of names) {
      const plain = bytes.toString('utf8');
      const onDisk = join(at.dir, plain);
      const path = `${at.path}${showName(decodeName(bytes))}`;
      if (!Buffer.from(plain, 'utf8').equals(bytes)) {
        into.note('intake.name-not-utf8', path);
        continue;
      }
      const stats = lstatSync(onDisk, { throwIfNoEntry: false });
      if (stats === undefined) into.note('intake.unreadable', path, { error: 'ENOENT' });
      else if (stats.isDirectory()) folders.push({ dir: onDisk, path: `${path}/` });
      else if (stats.isSymbolicLink()) into.note('intake.link', path, { target: showName(readlinkSync(onDisk)), type: 'symlink' });
      else if (!stats.isFile()) into.note('intake.special-file', path, { target: '', type: 'device' });
      else {
        const file = addPlainFile(onDisk, path, stats.mtimeMs, into);
        if (file !== null) found.push(file);
      }
    }
    work.push(...folders.reverse());
  }
  return found;
}
