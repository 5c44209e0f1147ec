import type { Stamp } from '../time/stamp.js';
import type { FactBase } from './fact-base.js';
import type { Place } from './place.js';

/** Programs whose words count as evidence about themselves. */
export type LogSource =
  | 'etcd'
  | 'etcdctl'
  | 'kubelet'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'systemd'
  | 'kernel'
  | 'journald'
  | 'dockerd'
  | 'containerd'
  | 'cron'
  | 'backup-job'
  | 'k3s'
  | 'rke2'
  | 'other';

/**
 * One log line that matters: it matches the message catalogue (`messageId`), or it is the first or
 * last line before a gap. Repeats within one file are folded: `count`, and `lastTime`.
 */
export interface LogFact extends FactBase {
  readonly kind: 'log';
  readonly time: Stamp | null;
  /** Time inside the message (etcd's own stamp in a journal line), when it differs in form. */
  readonly innerTime: Stamp | null;
  readonly source: LogSource;
  readonly unit: string | null;
  readonly pid: number | null;
  readonly level: 'debug' | 'info' | 'warning' | 'error' | 'fatal' | null;
  /** Message without prefix; for zap JSON the `msg`. */
  readonly message: string;
  /** zap / klog fields, strings as written. */
  readonly fields: Readonly<Record<string, string>>;
  /** Id in `src/artifacts/messages/`, or null for a boundary line. */
  readonly messageId: string | null;
  readonly count: number;
  readonly lastTime: Stamp | null;
  readonly lastLine: number | null;
}

/** The extent of one log: proves when somebody was alive, and where it was silent. */
export interface LogSpanFact extends FactBase {
  readonly kind: 'log-span';
  readonly source: LogSource;
  readonly first: { readonly time: Stamp; readonly at: Place };
  readonly last: { readonly time: Stamp; readonly at: Place };
  readonly lines: number;
  /** Largest silences, longest first, at most 20. */
  readonly gaps: readonly { readonly from: Stamp; readonly fromAt: Place; readonly to: Stamp; readonly toAt: Place }[];
}
