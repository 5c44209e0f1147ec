import { entry, type MessageEntry } from './entry.js';

const embedded = ['k3s', 'rke2'] as const;

/** Words of k3s and RKE2 about the etcd inside them. */
export const k3sMessages: readonly MessageEntry[] = [
  entry('k3s.not-a-member', embedded, 'bad', 'address-changed', [/this server is a not a member of the etcd cluster/, /server is not a member of the etcd cluster/], 'this server is a not a member of the etcd cluster. Found [n1=https://10.0.0.1:2380], expect: n1=https://10.0.0.2:2380', { fatal: true }),
  entry('k3s.etcd-not-ready', embedded, 'bad', 'symptom.start-failed', [/Waiting for etcd server to become available/, /Failed to test data store connection/, /Failed to check local etcd status/, /failed to get etcd status/, /Failed to test etcd connection/, /failed to test etcd connection/], 'Failed to test data store connection: context deadline exceeded', { severity: 'warning' }),
  entry('k3s.reset-done', embedded, 'info', 'life.restore', [/Managed etcd cluster membership has been reset/, /cluster-reset-restore-path/, /Pre-restore etcd database moved to (?<path>\S+)/, /Managed etcd cluster bootstrap already complete/, /database moved to (?<path>\S+)/], 'Managed etcd cluster membership has been reset, restart without --cluster-reset flag now.'),
  entry('k3s.reset-refused', embedded, 'bad', 'restore-half-done', [/cluster-reset was successfully performed/, /Cluster reset already performed/, /snapshot path does not exist/, /etcd: snapshot path/], 'Cluster reset already performed, remove reset-flag file', { fatal: true }),
  entry('k3s.snapshot-saved', embedded, 'good', 'life.backup-done', [/Saving etcd snapshot to (?<path>\S+)/, /Snapshot (?<name>\S+) saved\./, /Saving current etcd snapshot set to/, /Checking if S3 bucket/, /Saving snapshot metadata to/], 'Saving etcd snapshot to /var/lib/rancher/k3s/server/db/snapshots/etcd-snapshot-n1-1700000000'),
  entry('k3s.snapshot-failed', embedded, 'bad', 'backups-failing-silently', [/Failed to save local snapshot/, /failed to save local snapshot/, /Failed to take etcd snapshot/, /Error uploading snapshot/, /Unable to initialize S3 client/, /snapshot save already in progress/], 'Failed to take etcd snapshot: context deadline exceeded'),
  entry('k3s.managed-etcd-start', embedded, 'start', 'life.start', [/Starting etcd for (?:new|existing) cluster member/, /Starting etcd for /, /Starting k3s v(?<version>\S+)/, /Starting rke2 v(?<version>\S+)/, /Starting temporary etcd to reconcile with datastore/, /Adding member \S+ to etcd cluster/], 'Starting etcd for existing cluster member'),
  entry('k3s.etcd-connected', embedded, 'good', 'life.serving', [/etcd data store connection OK/, /Etcd is running, restart without --cluster-init/, /Defragmenting etcd database/], 'etcd data store connection OK'),
  entry('k3s.token', embedded, 'bad', 'restore-half-done', [/encrypted with different token/, /failed to validate token/, /bootstrap data already found and encrypted/, /[Nn]ode password rejected/], 'bootstrap data already found and encrypted with different token', { fatal: true }),
  entry('k3s.duplicate-node', embedded, 'bad', 'stale-member-rejoined', [/duplicate node name found/, /etcd cluster join failed/], 'etcd cluster join failed: duplicate node name found, please use a unique name for this node', { fatal: true }),
];
