import { renameSync, writeFileSync } from 'node:fs';
import type { FolderVerdict } from '../../diagnosis/audit/folder.js';

/** Metrics of one audit in the text format of Prometheus. */
export function auditMetrics(verdict: FolderVerdict, now: number, code: number): string {
  const lines: string[] = [];
  const metric = (name: string, help: string, values: readonly (readonly [labels: string, value: number])[]): void => {
    lines.push(`# HELP etcd_autopsy_${name} ${help}`, `# TYPE etcd_autopsy_${name} gauge`, ...values.map(([labels, value]) => `etcd_autopsy_${name}${labels} ${value}`));
  };
  const count = (state: string): number => verdict.files.filter((file) => file.state === state).length;
  metric('backups', 'Backup files by state.', ['good', 'unchecked', 'damaged', 'cut', 'empty', 'hung'].map((state) => [`{state="${state}"}`, count(state)] as const));
  metric('backups_missed', 'Scheduled runs without a file.', [['', verdict.missed.length]]);
  if (verdict.newest !== null) {
    metric('newest_good_backup_timestamp_seconds', 'When the content of the newest good backup was written.', [['', verdict.newest.takenAt / 1000]]);
    if (verdict.newest.revision !== null) metric('newest_good_backup_revision', 'Revision of the newest good backup.', [['', verdict.newest.revision]]);
    if (verdict.newest.keys !== null) metric('newest_good_backup_keys', 'Keys in the newest good backup.', [['', verdict.newest.keys]]);
    metric('newest_good_backup_bytes', 'Size of the newest good backup.', [['', verdict.newest.size]]);
  }
  metric('audit_findings', 'Findings by severity.', ['info', 'warning', 'error', 'critical'].map((severity) => [`{severity="${severity}"}`, verdict.findings.filter((one) => one.severity === severity).length] as const));
  metric('audit_exit_code', 'Exit code of the last audit.', [['', code]]);
  metric('audit_timestamp_seconds', 'When the last audit ran.', [['', now / 1000]]);
  return `${lines.join('\n')}\n`;
}

/** Writes a textfile at once: the collector never sees half of it. */
export function writeTextfile(path: string, text: string): void {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text, { mode: 0o644 });
  renameSync(part, path);
}
