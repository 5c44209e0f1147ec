import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataDir, OtherKind } from '../etcd/data-dir.js';
import type { ByteSource } from '../formats/source.js';
import { fileSource, linksOf, openBundle } from '../intake/index.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

/** One data directory that was named on the command line, or found in an archive that was. */
export interface NamedDataDir {
  readonly path: string;
  readonly dir: DataDir;
}

const ofEtcd = /(?:^|\/)(?:db|[^/]+\.wal|[^/]+\.snap|[^/]+\.snap\.db)$/;
const deepest = 6;

/** What lies below a folder: files that can be opened, and everything else. Paths with `/` between names. */
interface Found {
  readonly files: Map<string, () => ByteSource>;
  readonly others: Map<string, OtherKind>;
}

/** Links are not followed. */
function foundBelow(folder: string): Found {
  const found: Found = { files: new Map(), others: new Map() };
  const visit = (below: string, depth: number): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isSymbolicLink()) found.others.set(path, 'link');
      else if (entry.isFile()) found.files.set(path, () => fileSource(join(folder, path)));
      else if (entry.isDirectory()) {
        found.others.set(path, 'folder');
        if (depth < deepest) visit(path, depth + 1);
      }
    }
  };
  visit('', 0);
  return found;
}

/** A path of a bundle without the archives that it lies in. */
const inArchive = (path: string): string => path.slice(path.lastIndexOf('!/') < 0 ? 0 : path.lastIndexOf('!/') + 2);

/** A data directory below: what stands before `member/` (or before `snap/` and `wal/`), and the path in it. Null for what lies in no such place. */
function placeOf(path: string): { readonly root: string; readonly inside: string } | null {
  const match = /^(.*?)(?:^|\/)(?:member(?:\/(snap|wal)(?:\/([^/]+))?)?|(snap|wal)(?:\/([^/]+))?)$/.exec(path);
  if (match === null) return null;
  const [, root = '', inMember, itsName, bare, bareName] = match;
  return { root, inside: ['member', inMember ?? bare, itsName ?? bareName].filter((part) => part !== undefined).join('/') };
}

/** A data directory while it is put together. */
interface Gathered {
  readonly files: Map<string, ByteSource>;
  readonly others: Map<string, OtherKind>;
  readonly complete: true;
}

/** Groups files by data directory, those of `roots` among them; without any, the loose files make one that is not complete. */
function group({ files, others }: Found, roots: readonly string[] = []): Map<string, DataDir> {
  const whole = new Map<string, Gathered>();
  const gathered = (root: string): Gathered => {
    const dir = whole.get(root) ?? { files: new Map<string, ByteSource>(), others: new Map<string, OtherKind>(), complete: true };
    whole.set(root, dir);
    return dir;
  };
  roots.forEach(gathered);
  const ofNoDir = new Map<string, ByteSource>();
  const foreign = new Map<string, OtherKind>();
  for (const [path, open] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!ofEtcd.test(path)) foreign.set(path, 'foreign');
    else {
      const place = placeOf(path);
      if (place === null) ofNoDir.set(path, open());
      else gathered(place.root).files.set(place.inside, open());
    }
  }
  for (const [path, kind] of [...foreign, ...others]) {
    const place = placeOf(path);
    if (place !== null) whole.get(place.root)?.others.set(place.inside, kind);
  }
  return whole.size > 0 || ofNoDir.size === 0 ? whole : new Map([['', { files: ofNoDir, complete: false }]]);
}

/** A folder that is a data directory, or its `member`, itself: etcd reads nothing else in it, whatever copies lie there. */
const isDataDir = ({ others }: Found): boolean => ['member', 'snap', 'wal'].some((name) => others.has(name));

function fromFolder(path: string, below: Found): Map<string, DataDir> {
  const isOwn = isDataDir(below);
  const found = group(below, isOwn ? [''] : []);
  if (isOwn) return new Map([...found].filter(([root]) => root === ''));
  // A member directory without files, or an empty data directory, is one that etcd would start anew.
  if (found.size === 0 && (below.files.size === 0 || basename(path) === 'member')) found.set('', { files: new Map(), complete: true });
  return found;
}

/** Length and time of a file, null where it is gone: another one when somebody wrote to it. */
function lastWrite(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.size} ${stat.mtimeNs}`;
}

export interface OpenDataDirs {
  readonly dirs: readonly NamedDataDir[];
  /** The files in folders that somebody has written to or removed since they were opened. */
  readonly changed: () => readonly string[];
  readonly close: () => void;
}

/** Opens what `boot` and `wal show` were given: data directories, `member` directories, or archives of them. */
export async function openDataDirs(inputs: readonly string[], language: Language): Promise<OpenDataDirs> {
  const dirs: NamedDataDir[] = [];
  const stamps = new Map<string, string | null>();
  const closers: (() => void)[] = [];
  for (const path of inputs) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw new Error(say(language, 'boot.cli.missing', { path }));
    let found: Map<string, DataDir>;
    if (stats.isDirectory()) {
      const below = foundBelow(path);
      for (const name of below.files.keys()) if (ofEtcd.test(name)) stamps.set(join(path, name), lastWrite(join(path, name)));
      found = fromFolder(path, below);
    } else {
      const bundle = await openBundle([path]);
      closers.push(() => bundle.close());
      found = group({ files: new Map(bundle.files.map((file) => [inArchive(file.path), () => file.open()])), others: new Map(linksOf(bundle).map((link) => [inArchive(link), 'link'])) });
    }
    if (found.size === 0) throw new Error(say(language, 'boot.cli.no-data-dir', { path }));
    for (const [root, dir] of found) dirs.push({ path: found.size === 1 && (root === '' || !stats.isDirectory()) ? path : `${path}!/${root}`, dir });
  }
  return { dirs, changed: () => [...stamps].flatMap(([path, stamp]) => (lastWrite(path) === stamp ? [] : [path])), close: () => closers.forEach((close) => close()) };
}
