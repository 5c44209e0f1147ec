import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { compareVersions, etcdLine, etcdLines } from '../etcd/version.js';
import { restoreToolOf } from '../recovery/plan-restore-tool.js';

/** An etcd of this machine that can run a rehearsal. */
export interface EtcdServer {
  readonly version: string;
  readonly etcd: string;
  /** The program that restores in its line: `etcdutl`, up to 3.4 `etcdctl`. */
  readonly restorer: string;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The server in one folder; null when it holds none that runs here, or no tool that restores. */
export function serverIn(folder: string): EtcdServer | null {
  const etcd = join(folder, 'etcd');
  if (!isFile(etcd)) return null;
  const told = spawnSync(etcd, ['--version'], { encoding: 'utf8', timeout: 10_000, env: {} });
  const version = /etcd Version: (\d+\.\d+\.\d+)/.exec(told.stdout ?? '')?.[1];
  const tool = version === undefined ? null : restoreToolOf(version);
  if (version === undefined || tool === null) return null;
  const restorer = [tool.program, ...(tool.fallback === null ? [] : [tool.fallback])].map((name) => join(folder, name)).find(isFile);
  return restorer === undefined ? null : { version, etcd, restorer };
}

/** Servers in a named folder and the folders right below it, else on PATH; each version once. */
export function findServers(named: string | null, path: string): readonly EtcdServer[] {
  const below = (folder: string): string[] => {
    try {
      return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
    } catch {
      return [];
    }
  };
  const folders = named === null ? path.split(delimiter).filter((folder) => folder.startsWith('/')) : [resolve(named), ...below(resolve(named))];
  const found = folders.flatMap((folder) => serverIn(folder) ?? []);
  return [...new Map(found.reverse().map((server) => [server.version, server])).values()].sort((a, b) => compareVersions(a.version, b.version));
}

/**
 * Takes the programs out of a container image that is on this machine, without running it. Null when
 * there is no engine, no such image, or its programs do not run here.
 */
export function serverFromImage(image: string, folder: string): EtcdServer | null {
  if (!/^[\w./:@-]+$/.test(image) || image.startsWith('-')) return null;
  for (const engine of ['docker', 'podman']) {
    const made = spawnSync(engine, ['create', '--pull=never', image], { encoding: 'utf8', timeout: 20_000 });
    const id = made.status === 0 ? (made.stdout.trim().split('\n').pop() ?? '') : '';
    if (!/^[0-9a-f]{12,64}$/.test(id)) continue;
    mkdirSync(folder, { recursive: true });
    for (const tool of ['etcd', 'etcdctl', 'etcdutl']) {
      for (const place of [`/usr/local/bin/${tool}`, `/usr/bin/${tool}`, `/opt/bitnami/etcd/bin/${tool}`]) {
        if (existsSync(join(folder, tool))) break;
        spawnSync(engine, ['cp', `${id}:${place}`, join(folder, tool)], { stdio: 'ignore', timeout: 60_000 });
      }
    }
    spawnSync(engine, ['rm', id], { stdio: 'ignore', timeout: 20_000 });
    const server = serverIn(folder);
    if (server !== null) return server;
  }
  return null;
}

/**
 * The server to use for a wanted version: exactly it, else the nearest of the same line, else of the
 * next newer line that is there; an older line could not read the file. Null when none can do it.
 */
export function chooseServer(servers: readonly EtcdServer[], wanted: string): EtcdServer | null {
  const exact = servers.find((server) => server.version === wanted.replace(/^v/, ''));
  if (exact !== undefined) return exact;
  const line = etcdLine(wanted);
  if (line === null) return servers[servers.length - 1] ?? null;
  const rank = (server: EtcdServer): number => etcdLines.indexOf(etcdLine(server.version) ?? '3.3') - etcdLines.indexOf(line);
  const same = servers.filter((server) => rank(server) === 0);
  const newer = same.find((server) => compareVersions(server.version, wanted) > 0) ?? same[same.length - 1];
  return newer ?? [...servers].filter((server) => rank(server) > 0).sort((a, b) => rank(a) - rank(b))[0] ?? null;
}
