// Random damage of a database or of a snapshot.
import { createHash } from 'node:crypto';
import type { Files } from '../../test/damage/edits.js';
import { flip, noise, over, type Damage, type Dice } from './dice.js';
import { placeDamages } from './place-edits.js';

/** Number of the page-sized pieces that the tree of a database knows, and their size. */
function pagesOf(bytes: Buffer): { readonly size: number; readonly count: number } {
  const size = bytes.length > 32 ? bytes.readUInt32LE(24) || 4096 : 4096;
  return { size, count: Math.max(1, Math.floor(bytes.length / size)) };
}

/** A used page; leaves more often than their number says. */
function usedPage(bytes: Buffer, random: Dice): number {
  const { size, count } = pagesOf(bytes);
  for (let tries = 0; tries < 50; tries++) {
    const page = random.below(count);
    if (page * size + 16 < bytes.length && (bytes[page * size + 8] === 2 || bytes[page * size + 8] === 1)) return page;
  }
  return random.below(count);
}

const olderOf = (files: Files, random: Dice): Buffer | undefined => files.get(random.of(['extra/db.t1', 'extra/db.t2', 'extra/older.db'].filter((name) => files.has(name))));

/** Where a range begins: at any byte, at a sector or at a page. */
const beginning = (bytes: Buffer, random: Dice): number => {
  const at = random.below(bytes.length);
  return at - (at % random.of([1, 512, 4096]));
};
const extents = [512, 4096, 16_384, 65_536] as const;
export const databaseDamages: Readonly<Record<string, Damage>> = {
  ...placeDamages,
  'flip-anywhere': (bytes, random) => flip(bytes, random.below(bytes.length), 1 << random.below(8)),
  'flip-page-head': (bytes, random) => flip(bytes, usedPage(bytes, random) * pagesOf(bytes).size + random.below(16), 1 << random.below(8)),
  'flip-element': (bytes, random) => flip(bytes, usedPage(bytes, random) * pagesOf(bytes).size + 16 + random.below(64), 1 << random.below(8)),
  'flip-leaf-data': (bytes, random) => flip(bytes, usedPage(bytes, random) * pagesOf(bytes).size + 200 + random.below(3800), 1 << random.below(8)),
  'flip-meta': (bytes, random) => flip(bytes, random.below(2) * pagesOf(bytes).size + random.below(80), 1 << random.below(8)),
  'flip-both-metas': (bytes, random) => flip(flip(bytes, random.below(80), 1 << random.below(8)), pagesOf(bytes).size + 16 + random.below(64), 1 << random.below(8)),
  'zero-page': (bytes, random) => {
    const out = Buffer.from(bytes);
    const { size } = pagesOf(bytes);
    const page = usedPage(bytes, random);
    return out.fill(0, page * size, (page + 1) * size);
  },
  'zero-sector': (bytes, random) => {
    const at = random.below(Math.floor(bytes.length / 512)) * 512;
    return Buffer.from(bytes).fill(0, at, at + 512);
  },
  'swap-pages': (bytes, random) => {
    const { size } = pagesOf(bytes);
    const [a, b] = [usedPage(bytes, random) * size, usedPage(bytes, random) * size];
    const out = Buffer.from(bytes);
    bytes.copy(out, a, b, b + size);
    bytes.copy(out, b, a, a + size);
    return out;
  },
  'copy-page': (bytes, random) => {
    const { size } = pagesOf(bytes);
    const [a, b] = [usedPage(bytes, random) * size, usedPage(bytes, random) * size];
    const out = Buffer.from(bytes);
    bytes.copy(out, a, b, b + size);
    return out;
  },
  'swap-metas': (bytes) => {
    const { size } = pagesOf(bytes);
    const out = Buffer.from(bytes);
    bytes.copy(out, 0, size, size + 80);
    bytes.copy(out, size, 0, 80);
    return out;
  },
  'one-meta-twice': (bytes, random) => {
    const { size } = pagesOf(bytes);
    const out = Buffer.from(bytes);
    if (random.below(2) === 0) bytes.copy(out, 16, size + 16, size + 80);
    else bytes.copy(out, size + 16, 16, 80);
    return out;
  },
  'cut-sector': (bytes, random) => bytes.subarray(0, random.below(Math.floor(bytes.length / 512)) * 512),
  'cut-page': (bytes, random) => bytes.subarray(0, Math.max(1, pagesOf(bytes).count - random.below(12)) * pagesOf(bytes).size),
  'cut-anywhere': (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'older-page': (bytes, random, files) => {
    const older = files.get(random.of(['extra/db.t1', 'extra/db.t2', 'extra/older.db'].filter((name) => files.has(name)))) ?? bytes;
    const { size } = pagesOf(bytes);
    const at = usedPage(bytes, random) * size;
    const out = Buffer.from(bytes);
    if (at < older.length) older.copy(out, at, at, at + size);
    return out;
  },
  'older-tail': (bytes, random, files) => {
    const older = files.get(random.of(['extra/db.t1', 'extra/db.t2', 'extra/older.db'].filter((name) => files.has(name)))) ?? bytes;
    const { size, count } = pagesOf(bytes);
    const at = random.below(count) * size;
    return Buffer.concat([bytes.subarray(0, at), older.subarray(at)]);
  },
  'extent-zero': (bytes, random) => over(bytes, beginning(bytes, random), Buffer.alloc(random.of(extents))),
  'extent-random': (bytes, random) => over(bytes, beginning(bytes, random), noise(random, random.of(extents))),
  'head-zero': (bytes, random) => over(bytes, 0, Buffer.alloc(random.of(extents))),
  'head-random': (bytes, random) => over(bytes, 0, noise(random, random.of(extents))),
  'tail-zero': (bytes, random) => Buffer.from(bytes).fill(0, beginning(bytes, random)),
  'chunk-repeated': (bytes, random) => {
    const at = beginning(bytes, random);
    const length = random.of(extents);
    return over(bytes, at + length, bytes.subarray(at, at + length));
  },
  'bytes-missing': (bytes, random) => {
    const at = beginning(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.of([1, 512, 4096]))]);
  },
  'bytes-inserted': (bytes, random) => {
    const at = beginning(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(random.of([1, 512, 4096]), '\n'), bytes.subarray(at)]);
  },
  'text-mode': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  appended: (bytes, random) => Buffer.concat([bytes, random.of([Buffer.from('\n'), Buffer.alloc(1 << 20), noise(random, 32), noise(random, 512), noise(random, 4096)])]),
  'cut-to-32': (bytes, random) => bytes.subarray(0, 512 * random.below(Math.floor(bytes.length / 512)) + 32),
  'cut-in-metas': (bytes, random) => bytes.subarray(0, random.of([0, 1, 16, 32, 79, 80, 512, 4095, 4096, 4112, 4175, 4176, 5120, 8191, 8192, 8224, 12_288])),
  text: () => Buffer.from('Error: context deadline exceeded\n'),
  random: (bytes, random) => noise(random, bytes.length),
  'sector-older': (bytes, random, files) => {
    const older = olderOf(files, random) ?? bytes;
    const at = usedPage(bytes, random) * pagesOf(bytes).size + 512 * random.below(8);
    return over(bytes, at, older.subarray(at, at + 512));
  },
  'writes-lost': (bytes, random, files) => {
    // Of the pages that changed since, some are as they were, others were never written.
    const older = olderOf(files, random) ?? bytes;
    const out = Buffer.from(bytes);
    const odds = 2 + random.below(20);
    for (let at = 2 * 4096; at < bytes.length; at += 4096) {
      if (bytes.subarray(at, at + 4096).equals(older.subarray(at, at + 4096)) || random.below(odds) > 0) continue;
      if (random.below(3) === 0 || at >= older.length) out.fill(0, at, Math.min(at + 4096, out.length));
      else older.copy(out, at, at, at + 4096);
    }
    return out;
  },
  'pages-older': (bytes, random, files) => over(olderOf(files, random) ?? bytes, 0, bytes.subarray(0, 8192)),
  'metas-older': (bytes, random, files) => over(bytes, 0, (olderOf(files, random) ?? bytes).subarray(0, 8192)),
  'with-digest': (bytes, random, files) => {
    const file = random.below(2) === 0 ? bytes : (olderOf(files, random) ?? bytes);
    return Buffer.concat([file, createHash('sha256').update(file).digest()]);
  },
  'value-byte': (bytes, random) => {
    // A byte in the middle of a value: found by the name of a revision row.
    const out = Buffer.from(bytes);
    const at = usedPage(bytes, random) * pagesOf(bytes).size + 400 + random.below(3000);
    if (at < out.length) out[at] = (out[at]! + 1) & 0xff;
    return out;
  },
};
