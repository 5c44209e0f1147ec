import type { ByteSource } from '../../formats/source.js';
import type { DataDir, OtherKind } from '../data-dir.js';

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
  /** Something in the `wal` directory that is no segment: 3.3 takes it for a log. */
  readonly otherInWal: boolean;
  /** What etcd would read and is not there as a file: nothing can be said of a start. */
  readonly unread: readonly { readonly path: string; readonly kind: OtherKind }[];
  /** Directory prefixes as they stand in the given paths, for messages: `member/wal/` or the like. */
  readonly walPrefix: string;
  readonly snapPrefix: string;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** Paths below which everything, or of which the file itself, is read by etcd. */
const isReadAsFolder = (path: string): boolean => /(?:^|\/)member(?:\/(?:snap|wal))?$|^(?:snap|wal)$/.test(path);
const isReadAsFile = (path: string): boolean => /(?:^|\/)(?:snap\/db|wal\/[^/]+\.wal)$/.test(path);
const isSnapshot = (path: string): boolean => /(?:^|\/)snap\/[^/]+\.snap(?:\.db)?$/.test(path);

/** A folder named like a `.snap` file is passed over like a damaged one, and a link leads to what nobody has seen. */
const isUnread = (path: string, kind: OtherKind): boolean =>
  kind === 'link' ? isReadAsFolder(path) || isReadAsFile(path) || isSnapshot(path) : kind === 'folder' && isReadAsFile(path);

/** Where a file of a whole directory lies; those deeper down, or in the other folder, are none that etcd reads. */
const placeOf = (path: string): string | undefined => /(?:^|\/)(snap|wal)\/[^/]+$/.exec(path)?.[1];

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
    const place = placeOf(path);
    const isIn = (folder: string): boolean => place === folder || !dir.complete;
    if (name === 'db' && isIn('snap')) {
      // The shortest path wins: copies of databases lie deeper.
      if (db === null || path.length < db.path.length) db = { path, source };
      snapPrefix = directoryOf(db.path);
    } else if (name.endsWith('.wal') && isIn('wal')) {
      wal.set(name, source);
      walPrefix = directoryOf(path);
    } else if (name.endsWith('.snap.db') && isIn('snap')) snapDbs.set(name, source);
    else if (name.endsWith('.snap') && isIn('snap')) snaps.set(name, source);
    else if (place === 'wal') otherInWal = true;
  }
  const others = [...(dir.others ?? [])].map(([path, kind]) => ({ path, kind }));
  otherInWal ||= others.some(({ path }) => placeOf(path) === 'wal');
  const unread = others.filter(({ path, kind }) => isUnread(path, kind));
  return { db, wal, snaps, snapDbs, complete: dir.complete, otherInWal, unread, walPrefix, snapPrefix };
}
