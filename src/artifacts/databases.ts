import type { ByteSource } from '../formats/source.js';
import type { BundleFile } from '../intake/bundle.js';
import type { Fact } from './fact.js';

/** Something that may be restored: a snapshot or db file, or the files of one data directory. */
export type DatabaseGroup = DatabaseFile | DataDirectory;

export interface DatabaseFile {
  readonly kind: 'file';
  readonly file: BundleFile;
  /** `snapshot`: the name says that it was saved; `db`: a copy of a live db; `unknown`: only its bytes speak. */
  readonly claims: 'snapshot' | 'db' | 'unknown';
  /** True when the bytes have a bbolt meta page; false when only the name claims to be one. */
  readonly isBbolt: boolean;
  readonly host: string | null;
  readonly hostPath: string | null;
  /** What recognised it: `bbolt magic`, `file name`. */
  readonly by: string;
}

/** A data directory, or a flat copy of its files. */
export interface DataDirectory {
  readonly kind: 'data-dir';
  /** Path in the bundle of the directory that holds `member/`, or of the flat folder. */
  readonly directory: string;
  /** True when the files lie in `member/snap` and `member/wal`. */
  readonly complete: boolean;
  readonly db: BundleFile | null;
  readonly snapFiles: readonly BundleFile[];
  readonly walFiles: readonly BundleFile[];
  /** Foreign and temporary files below the directory: `0.tmp`, `.broken`, `.bashrc`. */
  readonly otherFiles: readonly BundleFile[];
  /** Links in it, by path below the directory (`member/wal`): what they lead to is not in the bundle. */
  readonly links: readonly string[];
  readonly host: string | null;
  readonly hostPath: string | null;
}

const bboltMagic = [0xed, 0xda, 0x0c, 0xed];
const pageSizes = [0x400, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000];
const walName = /^[0-9a-f]{16}-[0-9a-f]{16}\.wal(?:\.broken)?$|^\d+\.tmp$/;
const snapName = /^[0-9a-f]{16}-[0-9a-f]{16}\.snap(?:\.broken)?$|^[0-9a-f]{16}\.snap\.db$/;
/** What lies deeper is none of etcd's files. */
const memberFile = /(?:^|\/)member\/(?:snap|wal)\/[^/]+$/;
const memberLink = /(?:^|\/)member(?:\/(?:snap|wal)(?:\/[^/]+)?)?$/;
const claimsSnapshot = /(?:\.db(?:\.part|\.tmp|\.bak|\.old|\.\d+)?$)|(?:^|[._-])snapshot(?:[._-]|$)|etcd-snapshot-|^on-demand-|^(?:Full|Incr)-\d{8}-|\.(?:snap|snapshot|etcd|backup)(?:\.part)?$/i;
const textual = /\.(?:txt|log|out|md|json|ya?ml|sh|env|conf|service|timer|html?|csv|xml|py|pem|crt|key|part\d*\.txt)$/i;

/** True when page 0 or page 1 of any page size carries bbolt's magic (bbolt internal/common/meta.go). */
export function hasBboltMagic(source: ByteSource): boolean {
  const first = Uint8Array.from(source.read(0, 24));
  if (bboltMagic.every((byte, i) => first[16 + i] === byte)) return true;
  return pageSizes.some((size) => {
    const page = source.read(size, 24);
    return bboltMagic.every((byte, i) => page[16 + i] === byte);
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Paths that belong to a database and are not to be read as text. */
export interface FoundDatabases {
  readonly groups: readonly DatabaseGroup[];
  readonly kinds: ReadonlyMap<string, { readonly kind: string; readonly by: string }>;
}

/**
 * Finds snapshots, db files and data directories by content first and name second. `isText` tells
 * whether a file that has no magic reads as text: a note named `snapshot.txt` is no candidate. `links` are paths of links.
 */
export function findDatabases(files: readonly BundleFile[], isText: (file: BundleFile) => boolean, links: readonly string[] = []): FoundDatabases {
  const kinds = new Map<string, { kind: string; by: string }>();
  const directories = new Map<string, { complete: boolean; db: BundleFile | null; snap: BundleFile[]; wal: BundleFile[]; other: BundleFile[] }>();
  const directory = (path: string, complete: boolean) => {
    let entry = directories.get(path);
    if (entry === undefined) directories.set(path, (entry = { complete, db: null, snap: [], wal: [], other: [] }));
    return entry;
  };
  const single: BundleFile[] = [];
  // An archive that was opened is no candidate beside what it holds, whatever its name claims.
  const opened = new Set(files.flatMap((file) => [...file.path.matchAll(/!/g)].map((mark) => file.path.slice(0, mark.index))));
  for (const file of files) {
    const base = baseName(file.path);
    const inMember = memberFile.exec(file.path);
    if (inMember !== null && !textual.test(base)) {
      const root = file.path.slice(0, inMember.index).replace(/\/$/, '');
      place(directory(root, true), file, base, kinds);
      continue;
    }
    if (walName.test(base) || snapName.test(base)) {
      const parent = parentOf(file.path);
      const root = /(?:^|\/)(?:wal|snap)$/.test(parent) ? parentOf(parent) : parent;
      place(directory(root, false), file, base, kinds);
    } else if (!opened.has(file.path)) single.push(file);
  }
  const groups: DatabaseGroup[] = [];
  for (const file of single) {
    const base = baseName(file.path);
    const source = file.open();
    const isBbolt = source.byteLength >= 24 && hasBboltMagic(source);
    const named = !textual.test(base) && (claimsSnapshot.test(base) || base === 'db');
    if (!isBbolt && (!named || (source.byteLength > 0 && isText(file)))) continue;
    const parent = parentOf(file.path);
    const flat = directories.get(parent) ?? (/(?:^|\/)snap$/.test(parent) ? directories.get(parentOf(parent)) : undefined);
    if (base === 'db' && flat !== undefined && flat.db === null) {
      place(flat, file, base, kinds);
      continue;
    }
    kinds.set(file.path, { kind: isBbolt ? 'bbolt-file' : source.byteLength === 0 ? 'empty-file' : 'named-database', by: isBbolt ? 'bbolt magic' : 'file name' });
    const claims = /(?:^|[._-])(?:member-snap-|snap-)?db$/i.test(base) && !/snapshot.*\.db|\.db$/i.test(base) ? 'db' : claimsSnapshot.test(base) ? 'snapshot' : 'unknown';
    groups.push({ kind: 'file', file, claims, isBbolt, host: null, hostPath: null, by: isBbolt ? 'bbolt magic' : 'file name' });
  }
  for (const [path, entry] of directories) {
    if (entry.db === null && entry.wal.length === 0 && entry.snap.length === 0) continue;
    groups.push({ kind: 'data-dir', directory: path, complete: entry.complete, db: entry.db, snapFiles: entry.snap, walFiles: entry.wal, otherFiles: entry.other, links: linksBelow(path, links), host: null, hostPath: null });
  }
  return { groups, kinds };
}

/** Links among the files that etcd would read in this directory. */
function linksBelow(directory: string, links: readonly string[]): readonly string[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  return links.filter((link) => link.startsWith(prefix) && memberLink.exec(link.slice(prefix.length))?.index === 0).map((link) => link.slice(prefix.length));
}

function place(
  entry: { db: BundleFile | null; snap: BundleFile[]; wal: BundleFile[]; other: BundleFile[] },
  file: BundleFile,
  base: string,
  kinds: Map<string, { kind: string; by: string }>,
): void {
  const by = 'path below member/';
  if (base === 'db') {
    entry.db = file;
    kinds.set(file.path, { kind: 'etcd-db', by });
  } else if (/\.wal$/.test(base) && walName.test(base)) {
    entry.wal.push(file);
    kinds.set(file.path, { kind: 'etcd-wal', by });
  } else if (/\.snap$|\.snap\.db$/.test(base) && snapName.test(base)) {
    entry.snap.push(file);
    kinds.set(file.path, { kind: 'etcd-raft-snapshot', by });
  } else {
    entry.other.push(file);
    kinds.set(file.path, { kind: 'data-dir-other', by });
  }
}

/**
 * The path on the host of a file in the bundle, proven by digest, or by a listing with the same size
 * and the same last path parts; null when nothing or more than one thing fits.
 */
export function hostPathOf(file: BundleFile, host: string | null, facts: readonly Fact[]): string | null {
  const sameHost = (fact: Fact): boolean => host === null || fact.host === null || fact.host === host;
  const byDigest = new Set<string>();
  const bySize = new Set<string>();
  const byFolder = new Set<string>();
  const base = baseName(file.path);
  const parent = baseName(parentOf(file.path));
  for (const fact of facts) {
    if (!sameHost(fact)) continue;
    if (fact.kind === 'digest' && fact.digest === file.sha256 && fact.path.startsWith('/')) byDigest.add(fact.path);
    if (fact.kind !== 'file' || !fact.path.startsWith('/')) continue;
    // A flat copy is often named after its path: member-snap-db, var_lib_etcd_member_snap_db.
    const flat = base !== 'db' && /[-_]/.test(base) && fact.path.replace(/\//g, '-').endsWith(`-${base.replace(/_/g, '-')}`);
    if (fact.type === 'file' && fact.size === file.size && (flat || (base === 'db' && fact.path.endsWith('/member/snap/db')))) bySize.add(fact.path);
    else if (fact.type === 'file' && fact.size === file.size && baseName(fact.path) === base) {
      if (genericName.test(base) && baseName(parentOf(fact.path)) !== parent) continue;
      bySize.add(fact.path);
    }
    if (fact.type === 'directory' && parent !== '' && baseName(fact.path) === parent && /\d{4}/.test(parent)) byFolder.add(`${fact.path}/${base}`);
  }
  for (const found of [byDigest, bySize, byFolder]) {
    if (found.size === 1) return [...found][0]!;
    const named = [...found].filter((path) => baseName(path) === base);
    if (named.length === 1) return named[0]!;
  }
  return null;
}

const genericName = /^(?:snapshot(?: \(\d+\))?\.db|db)$/;

/** The data directory on the host, from the path inside an archive of it (`…tar.gz!/var/lib/etcd`). */
export function hostDirectoryOf(directory: string): string | null {
  const inside = /(?:!\/|^|\/)((?:var|opt|data|mnt|srv|home|root|etc|export|disk\d*)\/[^!]+)$/.exec(directory)?.[1];
  return inside === undefined || !/etcd|k3s|rke2|k0s|default/i.test(inside) ? null : `/${inside}`;
}
