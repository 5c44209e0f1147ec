import { entry, type MessageEntry } from './entry.js';

const jobs = ['cron', 'backup-job', 'systemd'] as const;

/** Backup jobs: cron's own lines and what shells complain about. */
export const backupMessages: readonly MessageEntry[] = [
  entry('backup.cron-run', ['cron'], 'info', 'life.backup-run', [/\((?<user>\w+)\) CMD \((?<command>.*etcd.*)\)/, /\) CMD \((?<command>.*[Bb]ackup.*)\)/], '(root) CMD (sh /usr/local/bin/kube-scripts/etcd-backup.sh)'),
  entry('backup.no-space', ['cron', 'backup-job'], 'bad', 'backups-failing-silently', [/[Nn]o space left on device/, /o space left on device/], "cp: error writing '/var/backups/etcd/snapshot.db': No space left on device"),
  entry('backup.shell-error', ['cron', 'backup-job'], 'bad', 'backups-failing-silently', [/: unbound variable/, /: command not found/, /: No such file or directory/, /: Permission denied/, /: syntax error near/], 'etcd-backup.sh: line 12: ETCDCTL_ENDPOINT: unbound variable'),
  entry('backup.unit-failed', jobs, 'bad', 'backups-failing-silently', [/Failed to start (?<description>.*[Bb]ackup.*)/, /Failed to start Backup ETCD/], 'Failed to start Backup ETCD.'),
];
