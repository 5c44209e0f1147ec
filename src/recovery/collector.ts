import { readFileSync } from 'node:fs';

/** What the collector may take beyond texts. */
export interface CollectorOptions {
  /** Also the db and WAL of the data directories. */
  readonly withData: boolean;
  /** How many of the newest snapshots are taken along. */
  readonly snapshots: number;
}

/**
 * The POSIX sh collector (`templates/collect.sh`) with these choices as its own defaults; its options
 * can still change them on the host. Throws a RangeError for a number of snapshots that is none.
 */
export function collectorScript(options: CollectorOptions): string {
  if (!Number.isInteger(options.snapshots) || options.snapshots < 0) throw new RangeError(`${options.snapshots} is no number of snapshots`);
  return readFileSync(new URL('../../templates/collect.sh', import.meta.url), 'utf8')
    .replace(/^WITH_DATA=no$/m, `WITH_DATA=${options.withData ? 'yes' : 'no'}`)
    .replace(/^SNAPSHOTS=5$/m, `SNAPSHOTS=${options.snapshots}`);
}
