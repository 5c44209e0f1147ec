import type { Recommendation } from './model.js';

/** A shorter time than this is that of a last backup before an end that was seen. */
const openSeconds = 300;

/** Whether a snapshot is the newest state that any file shows, although the cluster may have lived on after it for longer. */
export function mayLoseMore({ kind, loss }: Pick<Recommendation, 'kind' | 'loss'>): boolean {
  return kind === 'restore-snapshot' && loss !== null && loss.revisions === 0 && (loss.secondsAtMost ?? 0) > openSeconds;
}
