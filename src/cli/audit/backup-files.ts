import { closeSync, constants, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { FileIdentity } from '../../casebook/index.js';

/** A file that looks like a backup. `packed` ones must be unpacked to be judged. */
export interface FoundFile {
  readonly identity: FileIdentity;
  readonly mtimeMs: number;
  readonly packed: boolean;
}

const deepest = 10;
const mostFiles = 200_000;
const packedName = /\.(?:gz|zst|zip|xz|bz2|tgz|tar|enc|gpg)$/i;
const ignored = /\.(?:log|txt|sh|json|ya?ml|md|sha256|sha1|md5|sum|wal|snap|tmp)$/i;

/** bbolt writes its magic 16 bytes into the first page, after a page header of 16. */
function hasMagic(path: string): boolean {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const head = Buffer.alloc(20);
    return readSync(fd, head, 0, 20, 0) === 20 && head.readUInt32LE(16) === 0xed0cdaed;
  } finally {
    closeSync(fd);
  }
}

/**
 * Every backup below a folder: files named like one (`.db`, `.db.part`, `snapshot…`), and others that
 * begin with bbolt's magic. Links are not followed. Throws Node's error for a folder that cannot be read.
 */
export function backupFiles(folder: string, onUnreadable: (path: string, detail: string) => void): readonly FoundFile[] {
  const found: FoundFile[] = [];
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { path: at, depth } = next;
    let entries;
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch (error) {
      if (depth === 0) throw error;
      onUnreadable(at, error instanceof Error ? error.message : String(error));
      continue;
    }
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        // `member/` beside a snapshot is the v2 copy of older KubeKey scripts.
        if (depth < deepest && entry.name !== 'member') folders.push({ path, depth: depth + 1 });
        continue;
      }
      if (!entry.isFile() || ignored.test(entry.name) || found.length >= mostFiles) continue;
      try {
        const named = /\.db(?:\.part)?$|snapshot|etcd/i.test(entry.name);
        const packed = packedName.test(entry.name);
        if (packed ? !named : !named && !hasMagic(path)) continue;
        const stat = lstatSync(path, { bigint: true });
        found.push({ identity: { path, size: Number(stat.size), mtimeNs: stat.mtimeNs, inode: stat.ino }, mtimeMs: Number(stat.mtimeMs), packed });
      } catch (error) {
        onUnreadable(path, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return found.sort((a, b) => a.identity.path.localeCompare(b.identity.path));
}
