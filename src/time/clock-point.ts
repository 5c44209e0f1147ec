/**
 * One tie between a revision and a clock. All times are ms since the epoch, UTC, as the writer's clock
 * showed them.
 *
 * - `renewal`: written at that moment, again and again (a Lease's renewTime);
 * - `stamp`: written at that moment, once (the creation time in a row that creates its object);
 * - `floor`: the row was written at that moment or later (times carried along in a rewritten object);
 * - `ceiling`: the revision existed at that moment or earlier (a log line, the end of a backup);
 * - `fixed`: tied by something outside the cluster's objects; believed unless everything else contradicts.
 */
export type ClockPointKind = 'renewal' | 'stamp' | 'floor' | 'ceiling' | 'fixed';

export interface ClockPoint {
  /** Below 2^53. */
  readonly revision: number;
  readonly time: number;
  /** Width of the last digit that was written: the true time lies in [time, time + precisionMs). */
  readonly precisionMs: number;
  readonly kind: ClockPointKind;
  /** The machine whose clock it was, as far as known: a node; after a `?` a name of which no machine is known. */
  readonly machine: string;
  /** Storage key of the object, or the artifact: the evidence. */
  readonly key: string;
  /** What in it: `renewTime`, `creationTimestamp`, `lastTimestamp`, … */
  readonly what: string;
  /** For renewals: the writer's own rhythm. */
  readonly intervalMs?: number;
}
