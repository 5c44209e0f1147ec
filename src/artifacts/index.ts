import type { BundleFile } from '../intake/bundle.js';
import { findDatabases, hostDirectoryOf, hostPathOf } from './databases.js';
import type { DatabaseGroup } from './databases.js';
import type { Fact } from './fact.js';
import { attributeHosts } from './host-attribution.js';
import { namesakes } from './namesakes.js';
import { readTextFile } from './read-file.js';
import { joinSeparateLogs } from './separate-log.js';
import { loadShellGrammar } from './shell/grammar.js';
import { detectEncoding } from './text/encoding.js';

export type { DatabaseFile, DatabaseGroup, DataDirectory } from './databases.js';

/** How one file of the bundle was recognised; goes into the evidence manifest. */
export interface Recognised {
  /** Kind of the reader (several joined with `, `), `binary`, `empty-file` or `unrecognised`. */
  readonly kind: string;
  /** What convinced: `header line`, `command docker ps`, `bbolt magic`, `file name`. */
  readonly by: string;
  readonly host: string | null;
  /** First line of what nothing recognised, secrets masked; else null. */
  readonly firstLine: string | null;
}

/** Everything that the files of a bundle say. */
export interface Artifacts {
  readonly facts: readonly Fact[];
  readonly recognised: ReadonlyMap<string, Recognised>;
  readonly databases: readonly DatabaseGroup[];
}

/** Work at a stretch before timers and signals get their turn. */
const restAfterMs = 50;

/** Lets timers and signals have their turn now and then. */
class Rests {
  private last = Date.now();

  async ifDue(): Promise<void> {
    if (Date.now() - this.last <= restAfterMs) return;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    this.last = Date.now();
  }
}

/** Called before each file; `done` of `total` bytes have been read. */
export type ReadProgress = (done: number, total: number, path: string) => void;

/**
 * Reads every file of a bundle: recognises it by content, command and name, and turns it into facts.
 * `links` are the paths of links in it. Files with content from one host give their host to neighbours in the same folder. Never throws for
 * content; a file that nothing recognises is listed with its first line.
 */
export async function readArtifacts(files: readonly BundleFile[], onProgress?: ReadProgress, links: readonly string[] = []): Promise<Artifacts> {
  await loadShellGrammar();
  const isText = (file: BundleFile): boolean => detectEncoding(file.open()) !== 'binary';
  const found = findDatabases(files, isText, links);
  const recognised = new Map<string, Recognised>();
  const facts: Fact[] = [];
  const contentHosts = new Map<string, Set<string>>();
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  const rests = new Rests();
  for (const file of files) {
    onProgress?.(done, total, file.path);
    await rests.ifDue();
    done += file.size;
    const database = found.kinds.get(file.path);
    if (database !== undefined) {
      recognised.set(file.path, { ...database, host: null, firstLine: null });
      continue;
    }
    const reading = readTextFile(file);
    let step = reading.next();
    for (; step.done !== true; step = reading.next()) await rests.ifDue();
    const result = step.value;
    recognised.set(file.path, { kind: result.kind, by: result.by, host: null, firstLine: result.firstLine });
    for (const fact of result.facts) facts.push(fact);
    if (result.hosts.size > 0) contentHosts.set(file.path, new Set(result.hosts));
  }
  onProgress?.(total, total, '');
  const machines = namesakes(facts, contentHosts);
  const named = machines.size === 0 ? facts : facts.map((fact) => ({ ...fact, host: machineOf(fact.at.artifact, fact.host, machines) }));
  if (machines.size > 0) renameHosts(contentHosts, named, machines);
  const hostOf = attributeHosts(files, contentHosts);
  const scriptPath = scriptPaths(facts);
  const placed = named.map((fact) => (fact.host === null ? { ...fact, host: hostOf(fact.at.artifact) } : fact)).map((fact) => (fact.kind === 'backup-script' && fact.path === null ? { ...fact, path: scriptPath(fact.at.artifact) } : fact));
  for (const [path, entry] of recognised) recognised.set(path, { ...entry, host: hostOf(path) });
  return { facts: placed, recognised, databases: joinSeparateLogs(found.groups.map((group) => locate(group, hostOf, placed)), placed) };
}

function machineOf(path: string, host: string | null, machines: ReturnType<typeof namesakes>): string | null {
  return [...machines].find(([folder, one]) => one.host === host && path.startsWith(`${folder}/`))?.[1].name ?? host;
}

/** Gives the content of each file the names of the machines, also where it named none. */
function renameHosts(content: Map<string, Set<string>>, facts: readonly Fact[], machines: ReturnType<typeof namesakes>): void {
  for (const [path, hosts] of content) content.set(path, new Set([...hosts].map((host) => machineOf(path, host, machines) ?? host)));
  for (const { at, host } of facts) {
    if (host !== null) (content.get(at.artifact) ?? content.set(at.artifact, new Set()).get(at.artifact)!).add(host);
  }
}

function locate(group: DatabaseGroup, hostOf: (path: string) => string | null, facts: readonly Fact[]): DatabaseGroup {
  if (group.kind === 'file') {
    const host = hostOf(group.file.path);
    return { ...group, host, hostPath: hostPathOf(group.file, host, facts) };
  }
  const sample = group.db ?? group.walFiles[0] ?? group.snapFiles[0];
  const host = sample === undefined ? null : hostOf(sample.path);
  const dbPath = group.db === null ? null : hostPathOf(group.db, host, facts);
  const fromListing = dbPath !== null && dbPath.endsWith('/member/snap/db') ? dbPath.slice(0, -'/member/snap/db'.length) : null;
  return { ...group, host, hostPath: hostDirectoryOf(group.directory) ?? fromListing };
}

/** Where a script of the bundle lies on the host: a schedule or a process names its full path. */
function scriptPaths(facts: readonly Fact[]): (artifact: string) => string | null {
  const byName = new Map<string, Set<string>>();
  for (const fact of facts) {
    const text = fact.kind === 'cron' || fact.kind === 'process' ? fact.command : fact.kind === 'unit' && fact.key.startsWith('Exec') ? fact.value : fact.kind === 'file' ? fact.path : null;
    for (const path of text?.match(/\/[\w./@+-]+\.(?:sh|bash)\b/g) ?? []) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      byName.set(name, (byName.get(name) ?? new Set()).add(path));
    }
  }
  return (artifact) => {
    const found = byName.get(artifact.slice(Math.max(artifact.lastIndexOf('/'), artifact.lastIndexOf('!')) + 1));
    return found !== undefined && found.size === 1 ? [...found][0]! : null;
  };
}
