import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyOf } from '../../../src/etcd/snapshot/history.js';
import { Lives } from '../../../src/etcd/snapshot/lives.js';

const row = fc.record({ key: fc.nat(3), tombstone: fc.boolean(), version: fc.integer({ min: 1, max: 3 }), created: fc.nat(4) });

it('finds a contradiction exactly where following the rows one by one does', () => {
  let [held, broken] = [0, 0];
  fc.assert(fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }), fc.nat(6), fc.func(fc.nat()), (leaves, compacted, order) => {
    const history = historyOf();
    let main = 1;
    const numbered = leaves.map((rows) => rows.map(({ key, tombstone, version, created }) => {
      main += 1;
      return { key, tombstone, main, version: tombstone ? 0 : version, create: tombstone ? 0 : version === 1 ? main : Math.max(1, created) };
    }));
    for (const one of numbered.flat()) {
      history.row({ key: Buffer.from(`k${one.key}`), main: BigInt(one.main), sub: 0n, tombstone: one.tombstone, createRevision: BigInt(one.create), version: BigInt(one.version) });
    }
    const lives = new Lives();
    const places = new Uint32Array(numbered.length);
    // Leaves come in the order of the file, which is not that of the tree.
    const shuffled = numbered.map((rows, place) => ({ rows, place })).sort((a, b) => order(a.place) - order(b.place));
    for (const { rows, place } of shuffled) {
      places[place] = lives.beginLeaf();
      for (const one of rows) lives.row(one.key, one.create, one.version, one.tombstone, one.main > compacted);
      lives.endLeaf();
    }
    const holds = history.gaps(BigInt(compacted)).every((gap) => gap.code !== 'etcd.history');
    if (holds) held += 1;
    else broken += 1;
    expect(lives.hold(places, 4)).toBe(holds);
  }), { numRuns: 2000, seed: 7 });
  expect(Math.min(held, broken)).toBeGreaterThan(50);
});

it('follows more rows than one piece holds', () => {
  const lives = new Lives();
  const places = new Uint32Array(3);
  for (let leaf = 0; leaf < 3; leaf++) {
    places[leaf] = lives.beginLeaf();
    for (let i = 0; i < 50_000; i++) lives.row(i, i + 2, leaf + 1, false, true);
    lives.endLeaf();
  }
  expect(lives.hold(places, 50_000)).toBe(true);
  expect(lives.hold(places.slice().reverse(), 50_000)).toBe(false);
});
