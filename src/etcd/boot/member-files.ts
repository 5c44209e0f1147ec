import type { ByteSource } from '../../formats/source.js';
import type { DataDir } from '../data-dir.js';

/** A file of the data directory with its path in it. */
export interface NamedFile {
  readonly path: string;
  readonly source: ByteSource;
}

/** What etcd looks at in a data directory. Names without directories. */
export interface MemberFiles {
  readonly db: NamedFile | null;
  readonly wal: ReadonlyMap<string, ByteSource>;
  /** `.snap` files, by name. */
  readonly snaps: ReadonlyMap<string, ByteSource>;
  /** `.snap.db` files: a database received from the leader and not yet put in place. */
  readonly snapDbs: ReadonlyMap<string, ByteSource>;
  readonly complete: boolean;
  /** A file of the `wal` directory that is no segment: 3.3 takes it for a log. */
  readonly otherInWal: boolean;
  /** Directory prefixes as they stand in the given paths, for messages: `member/wal/` or the like. */
  readonly walPrefix: string;
  readonly snapPrefix: string;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** Tells the parts of a data dir, a `member` directory, or files that lie side by side in one folder. */
export function memberFiles(dir: DataDir): MemberFiles {
  let db: NamedFile | null = null;
  const wal = new Map<string, ByteSource>();
  const snaps = new Map<string, ByteSource>();
  const snapDbs = new Map<string, ByteSource>();
  let otherInWal = false;
  let walPrefix = 'member/wal/';
  let snapPrefix = 'member/snap/';
  for (const path of [...dir.files.keys()].sort()) {
    const source = dir.files.get(path);
    if (source === undefined) continue;
    const name = nameOf(path);
    if (name === 'db') {
      // The shortest path wins: copies of databases lie deeper.
      if (db === null || path.length < db.path.length) db = { path, source };
      snapPrefix = directoryOf(db.path);
    } else if (name.endsWith('.wal')) {
      wal.set(name, source);
      walPrefix = directoryOf(path);
    } else if (name.endsWith('.snap.db')) snapDbs.set(name, source);
    else if (name.endsWith('.snap')) snaps.set(name, source);
    else if (/(?:^|\/)wal\/[^/]+$/.test(path)) otherInWal = true;
  }
  return { db, wal, snaps, snapDbs, complete: dir.complete, otherInWal, walPrefix, snapPrefix };
}
