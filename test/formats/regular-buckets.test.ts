import { expect, it } from 'vitest';
import { databaseDamages } from '../../scripts/damage/database-edits.js';
import { dice } from '../../scripts/damage/dice.js';
import { freepages } from '../../src/formats/bbolt/behaviour/check.js';
import { Death } from '../../src/formats/death.js';
import type { Dialect } from '../../src/formats/bbolt/behaviour/dialect.js';
import { openAsBbolt } from '../../src/formats/bbolt/behaviour/open.js';
import { stepCounter, type LeafRow } from '../../src/formats/bbolt/behaviour/pages.js';
import { cursorOf, forEach, type Bucket, type Transaction } from '../../src/formats/bbolt/behaviour/tree.js';
import { bytesSource } from '../../src/formats/source.js';
import { baseFiles } from '../damage/cases.js';
import type { Files } from '../damage/edits.js';

/** A database opened by bbolt; null when that ends. */
function opened(bytes: Buffer, dialect: Dialect): Transaction | null {
  try {
    const result = openAsBbolt(bytesSource(bytes), { dialect });
    if ('error' in result) return null;
    if (result.storedFreelist !== null) freepages(result.tx);
    return result.tx;
  } catch (thrown) {
    if (thrown instanceof Death) return null;
    throw thrown;
  }
}

/** Rows in the order of a cursor, and what a search for the name of each finds. */
function walkAndSearch(tx: Transaction, bucket: Bucket): { readonly passed: readonly LeafRow[]; readonly found: readonly (LeafRow | null)[] } {
  const passed = [...forEach(tx, bucket)];
  return { passed, found: passed.map((row) => cursorOf(tx, bucket).seek(tx.map.bytes(row.key.at, row.key.length))) };
}

const dialects: readonly Dialect[] = ['1.3', '1.4'];

it.each(dialects)('a sound database of dialect %s has regular buckets', async (dialect) => {
  const files = await baseFiles('dir-3.5.30-n');
  const tx = opened(files.get('member/snap/db')!, dialect)!;
  expect(tx.regular.size).toBeGreaterThan(0);
});

it.each(dialects)('in a regular bucket of a damaged database, dialect %s, rows ascend and a search finds each of them', async (dialect) => {
  const random = dice(5);
  let regular = 0;
  for (const base of ['dir-3.5.30-n', 'dir-3.4.23-a']) {
    const files: Files = await baseFiles(base);
    for (let i = 0; i < 40; i++) {
      const damage = databaseDamages[random.of(Object.keys(databaseDamages))]!;
      const tx = opened(damage(files.get('member/snap/db')!, random, files, 'member/snap/db'), dialect);
      for (const root of tx?.regular ?? []) {
        regular += 1;
        const { passed, found } = walkAndSearch(tx!, { root, inline: null });
        expect(found.map((row) => row?.at)).toEqual(passed.map(({ at }) => at));
        for (let n = 1; n < passed.length; n++) {
          const [a, b] = [passed[n - 1]!.key, passed[n]!.key];
          expect(tx!.map.compare(a.at, a.length, b.at, b.length)).toBe(-1);
        }
      }
    }
  }
  expect(regular).toBeGreaterThan(20);
}, 60_000);

it('does not take a walk over as many rows as a large file holds for an endless one', () => {
  const walk = (fileSize: number): void => {
    const step = stepCounter(fileSize);
    for (let row = 0; row < 5_000_000; row++) step();
  };
  expect(() => walk(200 * 2 ** 20)).not.toThrow();
  expect(() => walk(2 ** 20)).toThrow('endless walk');
});
