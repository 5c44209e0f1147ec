import { describe, expect, it } from 'vitest';
import { compareSnapshotCase, snapshotReason } from '../../scripts/damage/snapshot.js';
import { damageCases, type DamageCase } from './cases.js';

/** The first case of every operator and class: what was hit, and whether the digest was made to fit. */
function oneOfEachClass(): DamageCase[] {
  const seen = new Set<string>();
  return damageCases().filter((test) => {
    const name = `${test.op} ${test.class}`;
    if (test.kind !== 'snapshot' || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

describe('damaged snapshots', () => {
  it('predicts what status, restore and the first start did, for one case of every class', async () => {
    const sample = oneOfEachClass();
    expect(sample.length).toBeGreaterThan(120);
    let compared = 0;
    for (const test of sample) {
      for (const comparison of await compareSnapshotCase(test)) {
        compared += 1;
        if (comparison.unstable || snapshotReason(test, comparison) !== null) continue;
        expect(comparison.right, JSON.stringify(comparison)).toBe(true);
      }
    }
    expect(compared).toBeGreaterThan(900);
  }, 240_000);
});
