import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from '../etcd/data-dir.js';
import type { ByteSource } from '../formats/source.js';
import { fileSource } from '../intake/index.js';

const parts = /^(?:db|.*\.wal|.*\.snap|.*\.snap\.db|\d+\.tmp)$/;
const deepest = 4;

/** The files of a data directory (or of a folder above or inside it) that etcd would read; null when there is no db and no WAL. */
export function dataDirFiles(folder: string): DataDir | null {
  const files = new Map<string, ByteSource>();
  const visit = (path: string, below: string, depth: number): void => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && depth < deepest) visit(join(path, entry.name), inside, depth + 1);
      else if (entry.isFile() && parts.test(entry.name)) files.set(inside, fileSource(join(path, entry.name)));
    }
  };
  visit(folder, '', 0);
  const names = [...files.keys()];
  if (!names.some((name) => name.endsWith('.wal') || name === 'db' || name.endsWith('/db'))) return null;
  const complete = names.some((name) => name.includes('wal/')) || statSync(join(folder, 'member'), { throwIfNoEntry: false }) !== undefined;
  return { files, complete };
}
