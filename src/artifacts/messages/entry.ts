import type { LogSource } from '../fact.js';

/**
 * What a line says about the life of etcd or the host. `good`: it was alive and did its work.
 * `mark`: it carries a revision or index without proving life. `bad`: a failure or the symptom of one.
 */
export type MessageRole = 'good' | 'bad' | 'start' | 'stop' | 'restart' | 'mark' | 'info';

/** One known message. All data; patterns are tried in the order of the files and entries. */
export interface MessageEntry {
  /** Stable id, `component.what`. */
  readonly id: string;
  /** Programs whose words count; the same text from anybody else is not evidence. */
  readonly sources: readonly LogSource[];
  /** Any of them; each holds at least eight literal characters in a row outside of groups. */
  readonly patterns: readonly RegExp[];
  readonly role: MessageRole;
  readonly severity: 'info' | 'warning' | 'error' | 'critical';
  /** The program ends with this line. */
  readonly fatal: boolean;
  /** Cause or topic whose words explain the line (`message.TOPIC.meaning` or `cause.TOPIC.summary`). */
  readonly topic: string;
  /** Versions that print it, in words of the format `3.4+`, `≤3.4`, `3.5–3.6`; null for all. */
  readonly versions: string | null;
  /** One line as the real program prints it. */
  readonly example: string;
}

const embedded = ['k3s', 'rke2'] as const;
/** etcd itself, also inside k3s and RKE2. */
export const server: readonly LogSource[] = ['etcd', ...embedded];
/** etcdctl and etcdutl, wherever their words land. */
export const tools: readonly LogSource[] = ['etcdctl', 'backup-job', 'cron', 'etcd', ...embedded];
export const kubelet: readonly LogSource[] = ['kubelet', ...embedded];
export const apiserver: readonly LogSource[] = ['kube-apiserver', ...embedded];
export const controllers: readonly LogSource[] = ['kube-controller-manager', 'kube-scheduler', ...embedded];
export const kubernetes: readonly LogSource[] = ['kube-apiserver', 'kubelet', 'kube-controller-manager', 'kube-scheduler', ...embedded];
export const kernel: readonly LogSource[] = ['kernel'];
export const manager: readonly LogSource[] = ['systemd'];
export const journal: readonly LogSource[] = ['journald', 'systemd'];
export const runtime: readonly LogSource[] = ['dockerd', 'containerd', 'kubelet'];

type Rest = Partial<Pick<MessageEntry, 'severity' | 'fatal' | 'versions'>>;

/** Short form for the tables. */
export function entry(
  id: string, sources: readonly LogSource[], role: MessageRole, topic: string,
  patterns: readonly RegExp[], example: string, rest: Rest = {},
): MessageEntry {
  const severity = rest.severity ?? (rest.fatal === true ? 'critical' : role === 'bad' ? 'error' : 'info');
  return { id, sources, role, topic, patterns, example, severity, fatal: rest.fatal ?? false, versions: rest.versions ?? null };
}
