// Damages the files of a base at random, the same way for the same seed.
import { createHash } from 'node:crypto';
import { bytesSource } from '../../src/formats/source.js';
import { readRecords, recordType, type WalRecord } from '../../src/formats/wal/index.js';
import { writeLog, type NewRecord } from '../../test/formats/wal/written-log.js';
import type { Files } from '../../test/damage/edits.js';

/** Numbers from a seed (mulberry32): `below(n)` is one of 0 … n-1. */
export interface Dice {
  below(n: number): number;
  of<T>(list: readonly T[]): T;
}

export function dice(seed: number): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, of: (list) => list[below(list.length)]! };
}

type Damage = (bytes: Buffer, random: Dice, files: Files, path: string) => Buffer;

const flip = (bytes: Buffer, at: number, mask: number): Buffer => {
  const out = Buffer.from(bytes);
  if (at >= 0 && at < out.length) out[at] = out[at]! ^ mask;
  return out;
};

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

export const databaseDamages: Readonly<Record<string, Damage>> = {
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
  'value-byte': (bytes, random) => {
    // A byte in the middle of a value: found by the name of a revision row.
    const out = Buffer.from(bytes);
    const at = usedPage(bytes, random) * pagesOf(bytes).size + 400 + random.below(3000);
    if (at < out.length) out[at] = (out[at]! + 1) & 0xff;
    return out;
  },
};

function recordsOf(bytes: Buffer): readonly WalRecord[] {
  const reader = readRecords([{ name: 'x.wal', source: bytesSource(bytes) }]);
  const found: WalRecord[] = [];
  for (let next = reader.next(); next.done !== true; next = reader.next()) found.push({ ...next.value, data: Buffer.from(next.value.data) });
  return found;
}

const usedEnd = (bytes: Buffer): number => recordsOf(bytes).at(-1)?.end ?? bytes.length;

/** Writes the records of one segment again, with a chain that fits; the first record carries the old chain on. */
function rewritten(bytes: Buffer, records: readonly NewRecord[], head: number): Buffer {
  const [out] = writeLog([records.filter((record) => record.type !== recordType.crc)], 0, head);
  return Buffer.concat([out ?? Buffer.alloc(0), Buffer.alloc(Math.max(4096, bytes.length - (out?.length ?? 0)))]);
}

const rewrite = (change: (records: NewRecord[], random: Dice) => NewRecord[]): Damage => (bytes, random) => {
  const records = recordsOf(bytes);
  const first = records[0];
  if (first === undefined) return bytes;
  return rewritten(bytes, change(records.map(({ type, data }) => ({ type, data })), random), first.type === recordType.crc ? first.crc : 0);
};

const entriesOf = (records: readonly NewRecord[]): readonly number[] => records.map((record, at) => (record.type === recordType.entry ? at : -1)).filter((at) => at >= 0);

export const logDamages: Readonly<Record<string, Damage>> = {
  'flip-used': (bytes, random) => flip(bytes, random.below(usedEnd(bytes)), 1 << random.below(8)),
  'flip-late': (bytes, random) => flip(bytes, usedEnd(bytes) - 1 - random.below(Math.min(3000, usedEnd(bytes))), 1 << random.below(8)),
  'flip-frame': (bytes, random) => flip(bytes, random.of(recordsOf(bytes)).offset + random.below(16), 1 << random.below(8)),
  'flip-last-crc': (bytes) => flip(bytes, (recordsOf(bytes).at(-1)?.offset ?? 0) + 12, 4),
  'flip-early': (bytes, random) => flip(bytes, random.below(200), 1 << random.below(8)),
  'cut-record': (bytes, random) => bytes.subarray(0, random.of(recordsOf(bytes).slice(-40)).offset),
  'cut-inside': (bytes, random) => {
    const record = random.of(recordsOf(bytes).slice(-40));
    return bytes.subarray(0, record.offset + 1 + random.below(record.end - record.offset - 1));
  },
  'cut-anywhere': (bytes, random) => bytes.subarray(0, random.below(usedEnd(bytes))),
  'cut-sector': (bytes, random) => bytes.subarray(0, random.below(Math.ceil(usedEnd(bytes) / 512)) * 512),
  'cut-to-end': (bytes) => bytes.subarray(0, usedEnd(bytes)),
  'zero-tail': (bytes, random) => Buffer.from(bytes).fill(0, usedEnd(bytes) - random.below(Math.min(4000, usedEnd(bytes)))),
  'zero-tail-sectors': (bytes, random) => Buffer.from(bytes).fill(0, Math.max(0, (Math.floor(usedEnd(bytes) / 512) - random.below(6)) * 512)),
  'zero-sector': (bytes, random) => {
    const at = random.below(Math.ceil(usedEnd(bytes) / 512)) * 512;
    return Buffer.from(bytes).fill(0, at, at + 512);
  },
  'garbage-tail': (bytes, random) => {
    const out = Buffer.from(bytes);
    const at = usedEnd(bytes);
    createHash('sha512').update(String(random.below(1e9))).digest().copy(out, Math.min(at, out.length - 64));
    return out;
  },
  'record-removed': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.filter((_, i) => i !== at);
  }),
  'record-twice': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.flatMap((record, i) => (i === at ? [record, record] : [record]));
  }),
  'records-swapped': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60, -1));
    const out = [...records];
    [out[at], out[at + 1]] = [out[at + 1]!, out[at]!];
    return out;
  }),
  'entry-byte': rewrite((records, random) => {
    const at = random.of(entriesOf(records).slice(-60));
    return records.map((record, i) => (i === at ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'any-byte': rewrite((records, random) => {
    const at = random.below(records.length);
    return records.map((record, i) => (i === at && record.data.length > 0 ? { type: record.type, data: flip(Buffer.from(record.data), random.below(record.data.length), 1 << random.below(8)) } : record));
  }),
  'record-type': rewrite((records, random) => {
    const at = random.below(records.length);
    return records.map((record, i) => (i === at ? { type: random.of([1, 2, 3, 5, 6, 0]), data: record.data } : record));
  }),
  'states-removed': rewrite((records) => records.filter((record) => record.type !== recordType.state)),
  'last-entries-removed': rewrite((records, random) => {
    const last = new Set(entriesOf(records).slice(-1 - random.below(30)));
    return records.filter((_, i) => !last.has(i));
  }),
  'snapshots-removed': rewrite((records) => records.filter((record) => record.type !== recordType.snapshot)),
};

const noChange: Damage = (bytes) => bytes;

/** What happens to a whole directory: files go, come back older, or change places. */
export const folderDamages: Readonly<Record<string, (files: Files, random: Dice) => Files>> = {
  'snap-removed': (files, random) => without(files, random.of([...snaps(files), ''])),
  'newest-snap-removed': (files) => without(files, snaps(files).at(-1) ?? ''),
  'snaps-removed': (files) => new Map([...files].filter(([path]) => !path.endsWith('.snap'))),
  'snap-flipped': (files, random) => changed(files, random.of(snaps(files)), (bytes) => flip(bytes, random.below(bytes.length), 1 << random.below(8))),
  'newest-snap-cut': (files, random) => changed(files, snaps(files).at(-1), (bytes) => bytes.subarray(0, random.below(bytes.length))),
  'snap-empty': (files) => changed(files, snaps(files).at(-1), () => Buffer.alloc(0)),
  'wal-removed': (files, random) => without(files, random.of(wals(files))),
  'first-wal-removed': (files) => without(files, wals(files)[0] ?? ''),
  'last-wal-removed': (files) => without(files, wals(files).at(-1) ?? ''),
  'wals-removed': (files) => new Map([...files].filter(([path]) => !path.endsWith('.wal'))),
  'wal-empty': (files, random) => changed(files, random.of(wals(files)), () => Buffer.alloc(0)),
  'db-removed': (files) => without(files, 'member/snap/db'),
  'db-empty': (files) => changed(files, 'member/snap/db', () => Buffer.alloc(0)),
  'db-older': (files, random) => changed(files, 'member/snap/db', (bytes) => files.get(random.of(['extra/db.t1', 'extra/db.t2', 'extra/db.fuzzy'])) ?? bytes),
  'wal-older': (files, random) => changed(files, wals(files).at(-1), (bytes) => bytes.subarray(0, Math.floor(usedEnd(bytes) / (1 + random.below(3))) & ~7)),
};

const snaps = (files: Files): string[] => [...files.keys()].filter((path) => path.startsWith('member/') && path.endsWith('.snap')).sort();
const wals = (files: Files): string[] => [...files.keys()].filter((path) => path.startsWith('member/') && path.endsWith('.wal')).sort();
const without = (files: Files, path: string): Files => new Map([...files].filter(([name]) => name !== path));
const changed = (files: Files, path: string | undefined, change: (bytes: Buffer) => Buffer): Files =>
  path === undefined ? files : new Map([...files].map(([name, bytes]) => [name, name === path ? change(bytes) : bytes]));

const kindsOfFolder = ['folder', 'folder', 'log', 'log', 'log', 'log', 'log', 'database', 'database', 'database'] as const;

/** One random damage of a data directory; the words say which. `only` asks for one by name. */
export function damageFolder(files: Files, random: Dice, only?: string): { readonly files: Files; readonly words: string } {
  const kind = only === undefined ? random.of(kindsOfFolder) : only in folderDamages ? 'folder' : only in logDamages ? 'log' : 'database';
  const named = (damages: object): string => only ?? random.of(Object.keys(damages));
  if (kind === 'folder') {
    const name = named(folderDamages);
    return { files: folderDamages[name]!(files, random), words: name };
  }
  if (kind === 'log') {
    const name = named(logDamages);
    const path = random.below(4) === 0 ? random.of(wals(files)) : wals(files).at(-1);
    return { files: changed(files, path, (bytes) => logDamages[name]!(bytes, random, files, path ?? '')), words: `${name} ${path}` };
  }
  const name = named(databaseDamages);
  return { files: changed(files, 'member/snap/db', (bytes) => databaseDamages[name]!(bytes, random, files, 'member/snap/db')), words: `${name} db` };
}

/** One random damage of a snapshot; half of them with a digest that fits afterwards. */
export function damageSnapshot(files: Files, random: Dice, only?: string): { readonly bytes: Buffer; readonly words: string } {
  const name = only ?? random.of(Object.keys(databaseDamages));
  const whole = files.get('snapshot.db') ?? Buffer.alloc(0);
  const damage = databaseDamages[name] ?? noChange;
  if (random.below(3) === 0) return { bytes: damage(whole, random, files, 'snapshot.db'), words: name };
  const body = damage(whole.subarray(0, -32), random, files, 'snapshot.db');
  return { bytes: Buffer.concat([body, createHash('sha256').update(body).digest()]), words: `${name}+rehash` };
}
