import { describe, expect, it } from 'vitest';
import { compareDirCase, dirReason } from '../../scripts/damage/dir.js';
import { compareTrioCase } from '../../scripts/damage/trio.js';
import { damageCases, type DamageCase } from './cases.js';

/** The first case of every class of one kind; of the classes of single database pages only every third. */
function oneOfEachClass(kind: DamageCase['kind']): DamageCase[] {
  const seen = new Set<string>();
  let pages = 0;
  return damageCases().filter((test) => {
    if (test.kind !== kind || seen.has(test.class)) return false;
    seen.add(test.class);
    return kind === 'trio' || /^(wal|snap|combo|db|dir|meta-bucket|control)/.test(test.class) || pages++ % 3 === 0;
  });
}

describe('damaged data directories', () => {
  it('predicts what a start did, and warns of every silent loss that can be seen', async () => {
    const sample = oneOfEachClass('dir');
    expect(sample.length).toBeGreaterThan(80);
    let compared = 0;
    for (const test of sample) {
      for (const comparison of await compareDirCase(test)) {
        compared += 1;
        if (comparison.unstable || dirReason(test, comparison) !== null) continue;
        expect(comparison.right, JSON.stringify(comparison)).toBe(true);
      }
    }
    expect(compared).toBeGreaterThan(300);
  }, 120_000);
});

describe('three damaged members started together', () => {
  it('foresees what happened among the ways in which it can go', async () => {
    const sample = oneOfEachClass('trio').filter((_, i) => i % 2 === 0);
    expect(sample.length).toBeGreaterThan(15);
    for (const test of sample) for (const comparison of await compareTrioCase(test)) expect(comparison.right, JSON.stringify(comparison)).toBe(true);
  }, 120_000);
});
