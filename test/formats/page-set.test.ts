import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PageSet } from '../../src/formats/bbolt/page-set.js';

it('holds what a set holds, also numbers of pages that the file has no room for', () => {
  const page = fc.oneof(fc.nat(20), fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }));
  fc.assert(fc.property(fc.array(page), fc.array(page), (added, asked) => {
    const [pages, set] = [new PageSet(10 * 4096, 4096), new Set<number | bigint>()];
    for (const one of added) {
      pages.add(one);
      set.add(one);
    }
    for (const one of [...added, ...asked]) expect(pages.has(one)).toBe(set.has(one));
    expect(new Set(pages)).toEqual(set);
  }));
});
