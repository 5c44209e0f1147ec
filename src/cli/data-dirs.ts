import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataDir } from '../etcd/data-dir.js';
import type { ByteSource } from '../formats/source.js';
import { fileSource, openBundle } from '../intake/index.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

/** One data directory that was named on the command line, or found in an archive that was. */
export interface NamedDataDir {
  readonly path: string;
  readonly dir: DataDir;
}

const ofEtcd = /(?:^|\/)(?:db|[^/]+\.wal|[^/]+\.snap|[^/]+\.snap\.db)$/;
const deepest = 6;

/** Paths of all files below a folder, with `/` between names; links are not followed. */
function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const visit = (below: string, depth: number): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && depth < deepest) visit(path, depth + 1);
      else if (entry.isFile()) found.push(path);
    }
  };
  visit('', 0);
  return found;
}

/** What stands before `member/` (or before `snap/` and `wal/`), or null for files that lie in no such place. */
function rootOf(path: string): string | null {
  const member = /^(.*?)(?:^|\/)member\/(?:snap|wal)\//.exec(path);
  if (member !== null) return member[1] ?? '';
  const bare = /^(.*?)(?:^|\/)(?:snap|wal)\/[^/]+$/.exec(path);
  return bare === null ? null : (bare[1] ?? '');
}

const inMember = (path: string): string => `member/${/(?:^|\/)((?:snap|wal)\/.*)$/.exec(path)?.[1] ?? path}`;

/** Groups files by data directory; loose ones make one that is not complete. */
function group(paths: ReadonlyMap<string, () => ByteSource>): Map<string, DataDir> {
  const whole = new Map<string, Map<string, ByteSource>>();
  const loose = new Map<string, ByteSource>();
  for (const [path, open] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const root = rootOf(path);
    if (root !== null) {
      const files = whole.get(root) ?? new Map<string, ByteSource>();
      whole.set(root, files);
      if (ofEtcd.test(path)) files.set(inMember(path), open());
    } else if (ofEtcd.test(path)) loose.set(path, open());
  }
  if (whole.size > 0) return new Map([...whole].map(([root, files]) => [root, { files, complete: true }]));
  return loose.size === 0 ? new Map() : new Map([['', { files: loose, complete: false }]]);
}

function fromFolder(path: string): Map<string, DataDir> {
  const names = filesBelow(path);
  const found = group(new Map(names.map((name) => [name, () => fileSource(join(path, name))])));
  // A member directory without files, or an empty data directory, is one that etcd would start anew.
  if (found.size === 0 && (names.length === 0 || basename(path) === 'member')) found.set('', { files: new Map(), complete: true });
  return found;
}

/** Length and time of a file, null where it is gone: another one when somebody wrote to it. */
function stampOf(path: string): string | null {
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
      for (const name of filesBelow(path)) if (ofEtcd.test(name)) stamps.set(join(path, name), stampOf(join(path, name)));
      found = fromFolder(path);
    } else {
      const bundle = await openBundle([path]);
      closers.push(() => bundle.close());
      found = group(new Map(bundle.files.map((file) => [file.path.slice(file.path.lastIndexOf('!/') < 0 ? 0 : file.path.lastIndexOf('!/') + 2), () => file.open()])));
    }
    if (found.size === 0) throw new Error(say(language, 'boot.cli.no-data-dir', { path }));
    for (const [root, dir] of found) dirs.push({ path: found.size === 1 ? path : `${path}!/${root}`, dir });
  }
  return { dirs, changed: () => [...stamps].flatMap(([path, stamp]) => (stampOf(path) === stamp ? [] : [path])), close: () => closers.forEach((close) => close()) };
}
