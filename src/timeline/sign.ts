import type { Place } from '../artifacts/place.js';
import type { Basis } from '../case/model.js';
import type { Interval } from '../time/interval.js';

/** What one sign says about the life of the control plane. */
export type Tone =
  /** etcd stored something: it was alive and working at that moment. */
  | 'progress'
  /** It answered, or a file of it was written: alive, unless something stronger says otherwise. */
  | 'alive'
  /** A program came up; proves nothing about what follows. */
  | 'start'
  /** The break itself, seen while it happened: nothing was broken before. */
  | 'onset'
  /** The program or host was down or dying at that moment, however long before. */
  | 'down'
  /** Others could not reach it. */
  | 'symptom'
  | 'neutral';

export type Component = 'etcd' | 'apiserver' | 'kubelet' | 'node' | 'storage' | 'backup' | 'operator' | 'clock' | 'runtime' | 'certificate';

/** Stable names of event kinds; each has a sentence `event.KIND` in `src/words/`. */
export type EventKind =
  | 'etcd-works' | 'etcd-started' | 'etcd-serving' | 'etcd-stopped' | 'etcd-died' | 'unit-failed' | 'restart-loop' | 'leader-lost' | 'no-quorum'
  | 'peer-unreachable' | 'slow-storage' | 'slow-requests' | 'writes-refused' | 'request-timeout' | 'data-corrupt' | 'member-change' | 'member-joined' | 'restore'
  | 'apiserver-unreachable' | 'etcd-unreachable' | 'apiserver-error' | 'apiserver-stopped' | 'unhealthy'
  | 'storage-error' | 'disk-full' | 'out-of-memory' | 'certificate' | 'clock-changed' | 'clock-offset' | 'clock-difference' | 'clock-step'
  | 'boot' | 'boot-after-crash' | 'shutdown' | 'unclean-stop' | 'log-gap' | 'unit-state' | 'container-exited'
  | 'backup-streamed' | 'backup-done' | 'backup-run' | 'backup-failed' | 'backup-hung'
  | 'login' | 'command' | 'repair-attempt' | 'human-error'
  | 'last-write' | 'data-dir-written' | 'snapshot-content' | 'collection' | 'kubelet-started';

/** One dated observation, before repeats are folded and words are found. */
export interface Sign {
  readonly time: Interval;
  /** Of the last repeat. */
  readonly end: Interval | null;
  readonly host: string | null;
  readonly component: Component;
  readonly kind: EventKind;
  readonly tone: Tone;
  readonly params: Readonly<Record<string, string | number>>;
  readonly count: number;
  readonly basis: Basis;
  readonly places: readonly Place[];
  /** Signs with the same key are repeats of one another. */
  readonly key: string;
}

/** Where a sign lies for sorting; unknown times come last. */
export function orderOf(time: Interval): number {
  return time.best ?? time.notBefore ?? time.notAfter ?? Infinity;
}
