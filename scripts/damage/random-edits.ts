// Damages the files of a base at random, the same way for the same seed.
import { createHash } from 'node:crypto';
import type { Files } from '../../test/damage/edits.js';
import { databaseDamages } from './database-edits.js';
import { flip, type Damage, type Dice } from './dice.js';
import { logDamages, recordsOf, usedEnd } from './log-edits.js';

const noChange: Damage = (bytes) => bytes;

/** What happens to a whole directory: files go, come back older, or change places. */
export const folderDamages: Readonly<Record<string, (files: Files, random: Dice) => Files>> = {
  control: (files) => files,
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
  'db-foreign': (files) => changed(files, 'member/snap/db', (bytes) => files.get('foreign/member/snap/db') ?? bytes),
  'db-older-snaps-gone': (files, random) => {
    const keep = random.below(3);
    return new Map([...folderDamages['db-older']!(files, random)].filter(([path]) => !path.endsWith('.snap') || snaps(files).indexOf(path) < keep));
  },
  'db-gone-snaps-gone': (files, random) => new Map([...files].filter(([path]) => !path.endsWith('.snap') && path !== 'member/snap/db').concat(random.below(2) === 0 ? [] : [['member/snap/db', Buffer.alloc(0)]])),
  'db-empty-wals-gone': (files, random) => new Map([...files].filter(([path]) => !path.startsWith('member/wal/')).map(([path, bytes]) => [path, path === 'member/snap/db' && random.below(2) === 0 ? Buffer.alloc(0) : bytes])),
  'only-db': (files) => new Map([...files].filter(([path]) => !path.startsWith('member/') || path === 'member/snap/db')),
  'wals-foreign': (files) => new Map([...files].filter(([path]) => !path.startsWith('member/wal/')).concat(foreign(files, 'member/wal/'))),
  'snaps-foreign': (files) => new Map([...files].filter(([path]) => !path.endsWith('.snap')).concat(foreign(files, 'member/snap/').filter(([path]) => path.endsWith('.snap')))),
  'snap-of-another': (files, random) => {
    const other = random.of(foreign(files, 'member/snap/').filter(([path]) => path.endsWith('.snap')));
    return other === undefined ? files : changed(files, snaps(files).at(-1), () => other[1]);
  },
  'everything-removed': (files) => new Map([...files].filter(([path]) => !path.startsWith('member/'))),
  'snaps-swapped': (files) => {
    const [a, b] = snaps(files).slice(-2);
    return a === undefined || b === undefined ? files : new Map([...files, [a, files.get(b)!], [b, files.get(a)!]]);
  },
  'snap-repeated-later': (files, random) => {
    const last = snaps(files).at(-1);
    if (last === undefined) return files;
    const [term, index] = (/([0-9a-f]{16})-([0-9a-f]{16})\.snap$/.exec(last) ?? []).slice(1).map((part) => parseInt(part, 16)) as [number, number];
    const name = `member/snap/${(term + random.of([0, 0, 1])).toString(16).padStart(16, '0')}-${(index + random.of([1, 20, 100, 400, 5000])).toString(16).padStart(16, '0')}.snap`;
    return new Map([...files, [name, files.get(last)!]]);
  },
  'snap-zero': (files) => changed(files, snaps(files).at(-1), (bytes) => Buffer.alloc(bytes.length)),
  'snap-broken-names': (files, random) => {
    const last = snaps(files).at(-1);
    return last === undefined ? files : renamed(files, last, random.of([`${last}.broken`, last.replace('.snap', '.snap.tmp'), last.replace(/[0-9a-f]\.snap$/, '.snap')]));
  },
  'received-snapshot-left': (files, random) => {
    const last = snaps(files).at(-1);
    const index = last === undefined ? 500 : parseInt(last.slice(-21, -5), 16);
    const name = `member/snap/${(index + random.of([0, 0, 0, 500, 3])).toString(16).padStart(16, '0')}.snap.db`;
    const db = files.get(random.of(['extra/db.t1', 'extra/db.t2', 'member/snap/db'])) ?? Buffer.alloc(0);
    const left: Files = new Map([...files, [name, random.below(4) === 0 ? db.subarray(0, random.below(db.length)) : db]]);
    return random.below(2) === 0 ? left : folderDamages['db-older']!(left, random);
  },
  'left-over': (files, random) => new Map([...files, [random.of(['member/snap/db.tmp', 'member/snap/tmp123456', 'member/snap/db.tmp.123456', 'member/wal/1.tmp', 'member/wal/0.tmp', 'member/wal/notes.txt', 'member/snap/notes', 'member/snap/0000000000000001.snap', `${wals(files)[0] ?? 'member/wal/x'}.broken`]), Buffer.from('x')]]),
  'wal-renamed-later': (files, random) => {
    const path = random.of(wals(files));
    return renamed(files, path, random.below(2) === 0 ? path.replace(/\/0{16}-/, '/0000000000000001-') : path.replace(/[0-9a-f]{4}\.wal$/, `${(1 + random.below(3000)).toString(16).padStart(4, '0')}.wal`));
  },
  'wal-renamed-badly': (files, random) => {
    const path = random.of(wals(files));
    return renamed(files, path, random.of([path.replace('/wal/', '/wal/old-'), `${path}.bak`, path.replace('.wal', '.WAL'), path.toUpperCase().replace('MEMBER/WAL', 'member/wal').replace('.WAL', '.wal')]));
  },
  'wal-twice': (files, random) => {
    const path = random.of(wals(files));
    const sequence = wals(files).length;
    return new Map([...files, [path.replace(/\/[0-9a-f]{16}-/, `/${(random.below(3) === 0 ? sequence + 1 : sequence).toString(16).padStart(16, '0')}-`), files.get(path)!]]);
  },
  'wals-swapped': (files, random) => {
    const [a, b] = [random.of(wals(files)), random.of(wals(files))];
    return new Map([...files, [a, files.get(b)!], [b, files.get(a)!]]);
  },
  'wals-merged': (files) => {
    const [a, b] = wals(files).slice(-2);
    return a === undefined || b === undefined ? files : changed(without(files, b), a, (bytes) => Buffer.concat([bytes, files.get(b)!]));
  },
  'wal-older': (files, random) => changed(files, wals(files).at(-1), (bytes) => bytes.subarray(0, Math.floor(usedEnd(bytes) / (1 + random.below(3))) & ~7)),
};

const snaps = (files: Files): string[] => [...files.keys()].filter((path) => path.startsWith('member/') && path.endsWith('.snap')).sort();
const wals = (files: Files): string[] => [...files.keys()].filter((path) => path.startsWith('member/') && path.endsWith('.wal')).sort();
const without = (files: Files, path: string): Files => new Map([...files].filter(([name]) => name !== path));
const changed = (files: Files, path: string | undefined, change: (bytes: Buffer) => Buffer): Files =>
  path === undefined ? files : new Map([...files].map(([name, bytes]) => [name, name === path ? change(bytes) : bytes]));

/** Files of another cluster's member, in the place of its own. */
const foreign = (files: Files, folder: string): [string, Buffer][] => [...files].filter(([path]) => path.startsWith(`foreign/${folder}`)).map(([path, bytes]) => [path.slice('foreign/'.length), bytes]);
const renamed = (files: Files, from: string, to: string): Files => new Map([...files].map(([path, bytes]) => [path === from ? to : path, bytes]));

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
    // Nothing can be done to a log without records.
    if (recordsOf(files.get(path ?? '') ?? Buffer.alloc(0)).length === 0) return { files, words: 'no log' };
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
