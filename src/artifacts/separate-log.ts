import type { DatabaseGroup, DataDirectory } from './databases.js';
import type { Fact } from './fact.js';

/** The path of `--wal-dir` or `ETCD_WAL_DIR` that a host's own files name. */
function walDirectory(facts: readonly Fact[], host: string | null): string | null {
  for (const fact of facts) {
    if (fact.host !== host && fact.host !== null && host !== null) continue;
    const value =
      fact.kind === 'env' && fact.key === 'ETCD_WAL_DIR' ? fact.value
      : fact.kind === 'unit' || fact.kind === 'process' ? /--wal-dir[=\s]+["']?(\/[^\s"']+)/.exec(fact.kind === 'unit' ? fact.value : fact.command)?.[1]
      : fact.kind === 'manifest' ? fact.containers.flatMap((one) => one.command).map((word) => /^--wal-dir=(\/.+)$/.exec(word)?.[1]).find((path) => path !== undefined)
      : undefined;
    if (value?.startsWith('/') === true) return value.replace(/\/+$/, '');
  }
  return null;
}

const isLogOnly = (group: DatabaseGroup): group is DataDirectory => group.kind === 'data-dir' && group.db === null && group.snapFiles.length === 0 && group.walFiles.length > 0;

const folderOf = (group: DataDirectory): string => (group.walFiles[0]?.path ?? '').replace(/\/[^/]*$/, '');

/**
 * Gives a data directory the log that its etcd keeps elsewhere (`--wal-dir`): a folder of the same host that holds
 * only log files and lies under the configured path. Without that setting a lone log stays alone, for a log
 * that somebody moved away is not where etcd looks.
 */
export function joinSeparateLogs(groups: readonly DatabaseGroup[], facts: readonly Fact[]): readonly DatabaseGroup[] {
  const taken = new Set<DatabaseGroup>();
  const joined = groups.map((group) => {
    if (group.kind !== 'data-dir' || group.db === null || group.walFiles.length > 0) return group;
    const path = walDirectory(facts, group.host);
    const logs = path === null ? [] : groups.filter((other) => isLogOnly(other) && other.host === group.host && (folderOf(other) === path.slice(1) || folderOf(other).endsWith(path)));
    const [log] = logs;
    if (logs.length !== 1 || log === undefined || !isLogOnly(log)) return group;
    taken.add(log);
    return { ...group, walFiles: log.walFiles, links: group.links.filter((link) => !link.startsWith('member/wal')) };
  });
  return joined.filter((_, i) => !taken.has(groups[i]!));
}
