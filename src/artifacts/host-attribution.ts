import type { BundleFile } from '../intake/bundle.js';

/** Hosts that the content of each file names (prompts, journal lines), by path. */
export type ContentHosts = ReadonlyMap<string, ReadonlySet<string>>;

/** Folder of a path; an archive counts as a folder. */
function parentOf(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('!'));
  return at <= 0 ? '' : path.slice(0, at);
}

/**
 * Says which host a file without any host in its content belongs to: the one host that all content of
 * the nearest folder agrees on. A folder that looks like its neighbours (same file names) but names no
 * host is another machine: its own name is then the host.
 */
export function attributeHosts(files: readonly BundleFile[], content: ContentHosts): (path: string) => string | null {
  const byFolder = new Map<string, Set<string>>();
  const names = new Map<string, Set<string>>();
  for (const { path } of files) {
    const hosts = content.get(path);
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      if (hosts !== undefined) {
        let known = byFolder.get(folder);
        if (known === undefined) byFolder.set(folder, (known = new Set()));
        for (const host of hosts) known.add(host);
      }
      let inside = names.get(folder);
      if (inside === undefined) names.set(folder, (inside = new Set()));
      inside.add(path.slice(folder === '' ? 0 : folder.length + 1));
      if (folder === '') break;
    }
  }
  const neighbours = (folder: string): string[] => [...names.keys()].filter((other) => other !== folder && other !== '' && folder !== '' && parentOf(other) === parentOf(folder));
  const looksLike = (folder: string, other: string): boolean => {
    const mine = names.get(folder)!;
    const theirs = names.get(other)!;
    let shared = 0;
    for (const name of mine) if (theirs.has(name)) shared++;
    return shared >= 2 || (shared >= 1 && shared >= mine.size / 2);
  };
  const cache = new Map<string, string | null>();
  const ofFolder = (folder: string): string | null => {
    const known = cache.get(folder);
    if (known !== undefined) return known;
    const hosts = byFolder.get(folder);
    let host: string | null = null;
    if (hosts !== undefined && hosts.size === 1) host = [...hosts][0]!;
    else if (hosts === undefined || hosts.size === 0) {
      const twin = neighbours(folder).some((other) => (byFolder.get(other)?.size ?? 0) > 0 && looksLike(folder, other));
      const own = folder.slice(Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('!')) + 1);
      host = folder === '' ? null : twin ? own : ofFolder(parentOf(folder));
    }
    cache.set(folder, host);
    return host;
  };
  return (path) => {
    const own = content.get(path);
    if (own !== undefined && own.size === 1) return [...own][0]!;
    return own !== undefined && own.size > 1 ? null : ofFolder(parentOf(path));
  };
}
