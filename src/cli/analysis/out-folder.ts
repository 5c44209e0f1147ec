import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The folder of a report, filled beside its place and moved there when it is whole. */
export interface OutFolder {
  /** Where the files are written for now. */
  readonly work: string;
  /** Puts the whole result into its place. */
  commit(): void;
  /** Leaves nothing behind. Safe to call twice, and after `commit`. */
  discard(): void;
}

/** Why a folder cannot be used: it holds something, or it is no folder. */
export type Refusal = 'not-empty' | 'not-a-folder';

/** Looks at the place before any work is done. */
export function refusal(out: string, force: boolean): Refusal | null {
  const stats = statSync(out, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isDirectory()) return 'not-a-folder';
  return !force && readdirSync(out).length > 0 ? 'not-empty' : null;
}

/**
 * Prepares a sibling of `out`. With `force`, files of an earlier report are replaced one by one; what
 * else lies in the folder stays. Throws what the file system says when the place cannot be written.
 */
export function openOutFolder(out: string): OutFolder {
  const place = resolve(out);
  mkdirSync(dirname(place), { recursive: true });
  const work = mkdtempSync(join(dirname(place), `.${basename(place)}.part-`));
  return {
    work,
    commit() {
      if (!existsSync(place)) {
        renameSync(work, place);
        return;
      }
      for (const name of readdirSync(work)) {
        rmSync(join(place, name), { recursive: true, force: true });
        renameSync(join(work, name), join(place, name));
      }
      rmSync(work, { recursive: true, force: true });
    },
    discard: () => rmSync(work, { recursive: true, force: true }),
  };
}
