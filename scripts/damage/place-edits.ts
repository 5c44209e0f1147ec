// Random damage of a database that hits a chosen place: a field of a row, of a page, or of a meta page.
import { bytesSource } from '../../src/formats/source.js';
import { bucketEntries, bucketRows, openBolt, type Bolt, type Row } from '../../src/formats/bbolt/index.js';
import { fnv1a64 } from '../../src/formats/bbolt/meta.js';
import type { Damage, Dice } from './dice.js';

const silent = (): void => undefined;

/** Rows of the buckets that are wanted, with the offset of their key in the file. */
function rowsOf(bytes: Buffer, wanted: (name: string) => boolean): (Row & { readonly keyAt: number; readonly bucket: string })[] {
  const bolt = openBolt(bytesSource(bytes));
  return [...bucketEntries(bolt, new Set(), silent)].flatMap((entry) => {
    const bucket = Buffer.from(entry.name).toString('latin1');
    return wanted(bucket) ? [...bucketRows(bolt, entry, new Set(), silent)].map((row) => ({ ...row, bucket, keyAt: row.valueAt - row.key.length })) : [];
  });
}

/** Rows of the root page: one a bucket. */
function rootRows(bytes: Buffer): readonly { readonly elementAt: number; readonly keyAt: number; readonly valueAt: number }[] {
  const bolt = openBolt(bytesSource(bytes));
  const page = Number(bolt.metas.active?.root ?? 2n) * bolt.pageSize;
  if (page + 16 > bytes.length) return [];
  return Array.from({ length: bytes.readUInt16LE(page + 10) }, (_, i) => {
    const elementAt = page + 16 + i * 16;
    const keyAt = elementAt + bytes.readUInt32LE(elementAt + 4);
    return { elementAt, keyAt, valueAt: keyAt + bytes.readUInt32LE(elementAt + 8) };
  });
}

/** Fields of a protobuf message: where the tag and the content begin, and its length. */
function fieldsOf(value: Uint8Array): readonly { readonly tagAt: number; readonly at: number; readonly length: number; readonly wire: number }[] {
  const found: { tagAt: number; at: number; length: number; wire: number }[] = [];
  let at = 0;
  const varint = (): number => {
    let [result, shift] = [0, 1];
    for (;;) {
      const byte = value[at++] ?? 0;
      result += (byte & 127) * shift;
      shift *= 128;
      if (byte < 128) return result;
    }
  };
  while (at < value.length) {
    const tagAt = at;
    const wire = varint() & 7;
    const start = at;
    const length = varint();
    if (wire === 2) {
      found.push({ tagAt, at, length, wire });
      at += length;
    } else found.push({ tagAt, at: start, length: at - start, wire });
  }
  return found;
}

const xor = (bytes: Buffer, at: number, mask: number): Buffer => {
  const out = Buffer.from(bytes);
  if (at >= 0 && at < out.length) out[at] = out[at]! ^ mask;
  return out;
};
const put = (bytes: Buffer, at: number, patch: Uint8Array): Buffer => {
  const out = Buffer.from(bytes);
  if (at >= 0 && at + patch.length <= out.length) out.set(patch, at);
  return out;
};
const u16 = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255]);
const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value >>> 0);
  return out;
};
const u64 = (value: bigint, order: 'big' | 'little' = 'little'): Buffer => {
  const out = Buffer.alloc(8);
  if (order === 'big') out.writeBigUInt64BE(BigInt.asUintN(64, value));
  else out.writeBigUInt64LE(BigInt.asUintN(64, value));
  return out;
};
const mask = (random: Dice): number => 1 << random.below(8);

/** Pages in use with one of these flags, by their offset. */
function pagesWith(bytes: Buffer, flags: number): readonly number[] {
  const { pageSize } = openBolt(bytesSource(bytes));
  const found: number[] = [];
  for (let at = 2 * pageSize; at + 16 <= bytes.length; at += pageSize) {
    // A page of the wrong number is the inside of an overflow.
    if (bytes.readUInt16LE(at + 8) === flags && bytes.readUInt32LE(at) === at / pageSize && bytes.readUInt16LE(at + 10) > 0) found.push(at);
  }
  return found;
}
const [branch, leaf] = [1, 2];

/** A row of bucket key, more often one of the newest. */
const keyRow = (bytes: Buffer, random: Dice): ReturnType<typeof rowsOf>[number] | undefined => {
  const rows = rowsOf(bytes, (name) => name === 'key');
  return random.of(random.below(3) === 0 ? rows.slice(-5) : rows);
};

const inRow = (change: (bytes: Buffer, row: ReturnType<typeof rowsOf>[number], random: Dice) => Buffer): Damage => (bytes, random) => {
  const row = keyRow(bytes, random);
  return row === undefined ? bytes : change(bytes, row, random);
};

const field = (part: 'tag' | 'number' | 'length' | 'content'): Damage =>
  inRow((bytes, row, random) => {
    const fields = fieldsOf(row.value).filter(({ wire }) => part === 'tag' || (part === 'number') === (wire === 0));
    if (fields.length === 0) return bytes;
    const { tagAt, at, length } = random.of(fields);
    const offset = part === 'tag' ? tagAt : part === 'length' ? tagAt + 1 + random.below(Math.max(1, at - tagAt - 1)) : at + random.below(Math.max(1, length));
    return xor(bytes, row.valueAt + offset, mask(random));
  });

/** Changes a field of the metas and makes their sums fit. */
function signed(bytes: Buffer, random: Dice, at: number, value: (old: bigint, bolt: Bolt) => bigint, width: 4 | 8 = 8): Buffer {
  const bolt = openBolt(bytesSource(bytes));
  const which = random.below(3);
  let out = bytes;
  for (const meta of [0, 1]) {
    const isActive = bolt.metas.active?.page === meta;
    if ((which === 0 && !isActive) || (which === 1 && isActive)) continue;
    const page = meta * bolt.pageSize;
    if (page + 80 > bytes.length) continue;
    const old = width === 8 ? out.readBigUInt64LE(page + at) : BigInt(out.readUInt32LE(page + at));
    const next = value(old, bolt);
    out = put(out, page + at, width === 8 ? u64(next) : u32(Number(BigInt.asUintN(32, next))));
    out = put(out, page + 72, u64(fnv1a64(out.subarray(page + 16, page + 72))));
  }
  return out;
}

const metaNumber = (name: string): Damage => (bytes, random) => {
  const row = rowsOf(bytes, (bucket) => bucket === 'meta').find(({ key }) => Buffer.from(key).toString('latin1') === name);
  if (row === undefined || row.value.length < 8) return bytes;
  const old = Buffer.from(row.value).readBigUInt64BE(0);
  const value = random.of([0n, 1n, old - 1n, old + 1n, old + 2n, old + 3n, old + 40n, old / 2n, old - 30n, old - 8n, 1n << 50n, old ^ (1n << BigInt(random.below(63)))]);
  return put(bytes, row.valueAt, u64(value, 'big'));
};

export const placeDamages: Readonly<Record<string, Damage>> = {
  'row-revision': inRow((bytes, row, random) => xor(bytes, row.keyAt + random.below(row.key.length), mask(random))),
  'row-tag': field('tag'),
  'row-number': field('number'),
  'row-length': field('length'),
  'row-content': field('content'),
  'row-zero': inRow((bytes, row) => Buffer.from(bytes).fill(0, row.valueAt, row.valueAt + row.value.length)),
  'other-row': (bytes, random) => {
    const rows = rowsOf(bytes, (name) => name !== 'key');
    const buckets = [...new Set(rows.map(({ bucket }) => bucket))];
    if (rows.length === 0) return bytes;
    const bucket = random.of(buckets);
    const row = random.of(rows.filter((one) => one.bucket === bucket));
    return xor(bytes, row.keyAt + random.below(row.key.length + row.value.length), mask(random));
  },
  'consistent-index': metaNumber('consistent_index'),
  'meta-term': metaNumber('term'),
  'finished-compact-rev': metaNumber('finishedCompactRev'),
  'scheduled-compact-rev': metaNumber('scheduledCompactRev'),
  'bucket-flag': (bytes, random) => put(bytes, random.of(rootRows(bytes)).elementAt, u32(random.of([0, 2, 0x101]))),
  'bucket-name': (bytes, random) => {
    const { keyAt, valueAt } = random.of(rootRows(bytes));
    return xor(bytes, keyAt + random.below(valueAt - keyAt), mask(random));
  },
  'bucket-root': (bytes, random) => put(bytes, random.of(rootRows(bytes)).valueAt, u64(BigInt(random.of([0, 1, 2, 3, 1 + random.below(bytes.length / 4096), Math.floor(bytes.length / 4096) + 3])))),
  'inline-head': (bytes, random) => {
    const inline = rootRows(bytes).filter(({ valueAt }) => valueAt + 32 <= bytes.length && bytes.readBigUInt64LE(valueAt) === 0n);
    return inline.length === 0 ? bytes : xor(bytes, random.of(inline).valueAt + random.below(48), mask(random));
  },
  'leaf-head': (bytes, random) => {
    const page = random.of(pagesWith(bytes, leaf));
    const count = bytes.readUInt16LE(page + 10);
    const overflow = bytes.readUInt32LE(page + 12);
    return random.of([
      (): Buffer => put(bytes, page + 10, u16(random.of([0, 1, count - 1, count + 1, 0xffff]))),
      (): Buffer => put(bytes, page + 8, u16(random.of([0, 1, 3, 4, 0x10, 0x80]))),
      (): Buffer => put(bytes, page + 12, u32(random.of([overflow + 1, overflow - 1, 0, 0xffffffff, 0x10000]))),
      (): Buffer => put(bytes, page, u64(random.of([0n, 1n, BigInt(page / 4096 + 1), 1n << 40n]))),
    ])();
  },
  'branch-head': (bytes, random) => {
    const page = random.of(pagesWith(bytes, branch));
    const count = bytes.readUInt16LE(page + 10);
    return random.of([
      (): Buffer => put(bytes, page + 10, u16(random.of([0, 1, count - 1, count + 1, 0xffff]))),
      (): Buffer => put(bytes, page + 8, u16(random.of([0, 2, 3, 4, 0x10, 0x80]))),
      (): Buffer => put(bytes, page + 12, u32(random.of([1, 2, 0xffffffff, 0x10000]))),
      (): Buffer => put(bytes, page, u64(random.of([0n, 1n, BigInt(page / 4096 + 1), 1n << 40n]))),
    ])();
  },
  'leaf-element': (bytes, random) => {
    const page = random.of(pagesWith(bytes, leaf));
    const at = page + 16 + 16 * random.below(bytes.readUInt16LE(page + 10)) + 4 * random.below(4);
    if (at + 4 > bytes.length) return bytes;
    const old = bytes.readUInt32LE(at);
    return put(bytes, at, u32(random.of([0, 1, old + 1, old - 1, old + 16, 4096, 0x7fffffff, 0x80000000, 0xffffffff, old ^ (1 << random.below(31))])));
  },
  'branch-element': (bytes, random) => {
    const page = random.of(pagesWith(bytes, branch));
    const at = page + 16 + 16 * random.below(bytes.readUInt16LE(page + 10));
    if (at + 16 > bytes.length) return bytes;
    if (random.below(2) === 0) return put(bytes, at + 8, u64(BigInt(random.of([0, 1, 2, page / 4096, random.below(bytes.length / 4096), Math.floor(bytes.length / 4096) + 3]))));
    const word = at + 4 * random.below(2);
    return put(bytes, word, u32(random.of([0, 1, bytes.readUInt32LE(word) + 1, 4096, 0x80000000, 0xffffffff])));
  },
  'branch-key': (bytes, random) => {
    const page = random.of(pagesWith(bytes, branch));
    const at = page + 16 + 16 * random.below(bytes.readUInt16LE(page + 10));
    const [pos, size] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    return xor(bytes, at + pos + random.below(size), mask(random));
  },
  'overflow-page': (bytes, random) => {
    const pages = [...pagesWith(bytes, leaf), ...pagesWith(bytes, branch)].filter((page) => bytes.readUInt32LE(page + 12) > 0);
    if (pages.length === 0) return bytes;
    const page = random.of(pages);
    const at = page + 4096 * (1 + random.below(Math.min(8, bytes.readUInt32LE(page + 12))));
    return random.below(2) === 0 ? xor(bytes, at + random.below(4096), mask(random)) : Buffer.from(bytes).fill(0, at, at + 4096);
  },
  'misdirected-id-right': (bytes, random) => {
    const pages = pagesWith(bytes, leaf);
    const [from, to] = [random.of(pages), random.of(pages)];
    return put(put(bytes, to, bytes.subarray(from, from + 4096)), to, bytes.subarray(to, to + 8));
  },
  'signed-root': (bytes, random) => signed(bytes, random, 32, (_, bolt) => BigInt(random.of([0, 1, 2, random.below(bolt.highWater), bolt.highWater, bolt.highWater + 5]))),
  'signed-freelist': (bytes, random) => signed(bytes, random, 48, (_, bolt) => BigInt(random.of([0, 1, 2, random.below(bolt.highWater), bolt.highWater, -1]))),
  'signed-high-water': (bytes, random) => signed(bytes, random, 56, (old) => random.of([0n, 2n, old / 2n, old - 1n, old + 1n, old + 100n, old + 1000n])),
  'signed-txid': (bytes, random) => signed(bytes, random, 64, (old) => random.of([0n, old - 2n, old + 1n, old + 2n, 1n << 40n, (1n << 63n) - 2n, (1n << 64n) - 2n, (1n << 64n) - 1n])),
  'signed-page-size': (bytes, random) => signed(bytes, random, 24, () => BigInt(random.of([0, 1, 512, 1024, 2048, 8192, 16384, 4097, 0x80000000])), 4),
  'signed-flags': (bytes, random) => signed(bytes, random, 28, () => BigInt(1 << random.below(31)), 4),
  'signed-sequence': (bytes, random) => signed(bytes, random, 40, () => BigInt(1 + random.below(1000))),
};
