import { entry, tools, type MessageEntry } from './entry.js';

/** etcdctl and etcdutl: saving, checking, restoring. */
export const toolMessages: readonly MessageEntry[] = [
  entry('tool.snapshot-saved', tools, 'good', 'life.backup-done', [/Snapshot saved at (?<path>\S+)/, /snapshot saved at (?<path>\S+)/, /\bsaved snapshot \| .*path/], 'Snapshot saved at /var/backups/kube_etcd/etcd-2024-05-11-02-30-01/snapshot.db'),
  entry('tool.snapshot-fetching', tools, 'info', 'life.backup-done', [/fetching snapshot/, /fetched snapshot/, /created temporary db file/], 'fetched snapshot | {"endpoint":"https://127.0.0.1:2379","size":"967 kB"}'),
  entry('tool.restored', tools, 'info', 'life.restore', [/restored snapshot/, /restoring snapshot/], 'restored snapshot | {"path":"snapshot.db","wal-dir":"default.etcd/member/wal","data-dir":"default.etcd"}'),
  entry('tool.restore-target-exists', tools, 'bad', 'restore-half-done', [/data-dir "(?<path>[^"]*)" exists/, /not empty or could not be read/, /wal-dir "(?<path>[^"]*)" exists/], 'Error: data-dir "/var/lib/etcd" exists', { severity: 'warning' }),
  entry('tool.snapshot-digest', tools, 'bad', 'snapshot-digest', [/expected sha256 \[/, /snapshot missing hash but/], 'Error: expected sha256 [1 2 3], got [4 5 6]'),
  entry('tool.snapshot-check-failed', tools, 'bad', 'snapshot-damaged', [/snapshot file integrity check failed/, /integrity check failed/], 'snapshot file integrity check failed. 1 errors found.'),
  entry('tool.many-endpoints', tools, 'bad', 'backups-failing-silently', [/must be requested to one selected node/], 'Error: snapshot must be requested to one selected node, not multiple [https://10.0.0.1:2379 https://10.0.0.2:2379]'),
  entry('tool.unknown-command', tools, 'bad', 'backups-failing-silently', [/No help topic for 'snapshot'/, /unknown command "snapshot" for/, /unknown flag: --(?<flag>\S+)/], "No help topic for 'snapshot'"),
  entry('tool.unhealthy', tools, 'bad', 'symptom.unhealthy', [/is unhealthy: failed to (?:commit proposal|connect)/, /is unhealthy: /, /unhealthy cluster/, /cluster may be unhealthy/], 'https://10.0.0.1:2379 is unhealthy: failed to commit proposal: context deadline exceeded'),
  entry('tool.healthy', tools, 'good', 'life.serving', [/is healthy: successfully committed proposal/], 'https://127.0.0.1:2379 is healthy: successfully committed proposal: took = 2.0ms'),
  entry('tool.defrag-failed', tools, 'bad', 'defrag-interrupted', [/Failed to defragment etcd member/], 'Failed to defragment etcd member[127.0.0.1:2379] (context deadline exceeded)'),
  entry('tool.empty-file', tools, 'bad', 'snapshot-damaged', [/seek \S+: invalid argument/, /snapshot\S*: bad file descriptor/], 'Error: seek snapshot.db: invalid argument'),
  entry('tool.deadline', ['etcdctl', 'backup-job', 'cron'], 'bad', 'symptom.request-timeout', [/context deadline exceeded/], 'Error: context deadline exceeded', { severity: 'warning' }),
];
