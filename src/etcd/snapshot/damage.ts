import type { LostRange } from '../../formats/bbolt/inspect.js';
import { parseRevision } from '../revision-key.js';
import type { FileVerdict, SnapshotReport } from '../verdict.js';
import type { Findings } from './thorough.js';

/** Revisions that a lost subtree held at most: the span between its bounds. */
function spanOf(range: LostRange, lastRevision: bigint): number {
  const main = (key: Uint8Array | null): bigint | null => (key === null ? null : (parseRevision(key)?.revision.main ?? null));
  const from = main(range.from);
  const to = main(range.to) ?? (from === null ? null : lastRevision + 1n);
  return from === null || to === null || to <= from ? 1 : Number(to - from);
}

/**
 * What is lost or changed for sure, at least as far as it can be counted: unreadable rows and the
 * revisions of subtrees that are gone. Provable only where the digest vouches for every other byte.
 */
export function damageOf(verdict: FileVerdict, state: SnapshotReport['digest']['state'], findings: Findings | null): SnapshotReport['damage'] {
  const readable = verdict !== 'empty' && verdict !== 'not-bbolt' && verdict !== 'unreadable';
  const lost = findings === null ? 0 : findings.lost.reduce((sum, range) => sum + spanOf(range, findings.lastRevision), 0);
  return {
    keysLost: lost + (findings?.badRows ?? 0),
    keysChanged: findings?.badKeys.size ?? 0,
    provable: readable && state === 'right',
  };
}
