import type { Fact } from '../artifacts/fact.js';
import type { InstallationId } from '../case/model.js';
import { factsOfHost } from '../installations/index.js';

/** How the backup job of one host can be stopped and recognised in the process list. */
export interface BackupJob {
  /** Script paths or whole commands, as they stand in a crontab. */
  readonly commands: readonly string[];
  readonly timers: readonly string[];
}

const isBackupCommand = (command: string): boolean => /etcd[^\s]*[-_./]?(backup|snapshot)|(backup|snapshot)[-_.]?etcd|snapshot\s+save/i.test(command);

/** The script in a cron command: `sh /usr/local/bin/x.sh >/dev/null` gives the path. */
function scriptOf(command: string): string {
  return command.split(/\s+/).find((word) => /^\/\S+\.(sh|py|pl)$/.test(word)) ?? command.trim();
}

/** Finds the backup jobs of a host in crontabs, timers and scripts; KubeKey's own are known by name. */
export function backupJobOf(facts: readonly Fact[], host: string | null, onlyHost: boolean, installation: InstallationId): BackupJob {
  const own = factsOfHost(facts, host, onlyHost);
  const scripts = own.flatMap((fact) => (fact.kind === 'backup-script' && fact.path?.startsWith('/') ? [fact.path] : []));
  const commands = new Set<string>();
  const timers = new Set<string>();
  for (const fact of own) {
    if (fact.kind === 'cron' && !fact.disabled && (isBackupCommand(fact.command) || scripts.some((path) => fact.command.includes(path)))) commands.add(scriptOf(fact.command));
    if (fact.kind === 'process' && /kube-scripts\/\S+\.sh/.test(fact.command)) commands.add(scriptOf(fact.command));
    if (fact.kind === 'timer' && /etcd/i.test(fact.unit) && /backup|snapshot|save/i.test(`${fact.unit} ${fact.activates ?? ''}`) && /^[\w@.-]+$/.test(fact.unit)) {
      timers.add(fact.unit.endsWith('.timer') ? fact.unit : `${fact.unit.replace(/\.service$/, '')}.timer`);
    }
  }
  for (const path of scripts) commands.add(path);
  if (installation === 'kubekey' && timers.size === 0 && commands.size === 0) commands.add('/usr/local/bin/kube-scripts/etcd-backup.sh');
  return { commands: [...commands].filter((command) => !/[\n\r]/.test(command)), timers: [...timers] };
}
