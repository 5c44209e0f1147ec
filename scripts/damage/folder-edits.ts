// What administrators, copy jobs and tools leave behind on disk: damage that only a folder can have, not the bytes of one file.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../test/damage/edits.js';
import type { Dice } from './dice.js';
import { runTool, writeFiles } from './real-etcd.js';

/** A member's folder that may be changed at will, and what is known of its life. */
export interface Place {
  /** The data directory, with `member/` in it. */
  readonly dir: string;
  /** An empty folder for other things. */
  readonly aside: string;
  readonly version: string;
  readonly files: Files;
  readonly random: Dice;
}

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);
const wals = ({ dir }: Place): string[] => list(join(dir, 'member/wal')).filter((name) => name.endsWith('.wal'));
const snaps = ({ dir }: Place): string[] => list(join(dir, 'member/snap')).filter((name) => name.endsWith('.snap'));

const minor = (version: string): number => Number(version.split('.')[1]);

/** Replaces the directory by one that `snapshot restore` makes. */
function restored(place: Place, ...flags: readonly string[]): void {
  const { dir, aside, version, files } = place;
  const snapshot = files.get('snapshot.db');
  if (snapshot === undefined) return;
  writeFileSync(join(aside, 'snapshot.db'), snapshot);
  rmSync(dir, { recursive: true });
  const run = runTool(version, ['snapshot', 'restore', join(aside, 'snapshot.db'), '--data-dir', dir, '--name', 'default', ...flags]);
  if (!run.ok) throw new Error(run.output);
}

export const placeDamages: Readonly<Record<string, (place: Place) => void>> = {
  untouched: () => undefined,
  'folder in wal': ({ dir }) => mkdirSync(join(dir, 'member/wal/lost+found')),
  'copy in wal': (place) => {
    mkdirSync(join(place.dir, 'member/wal/old'));
    for (const name of wals(place)) cpSync(join(place.dir, 'member/wal', name), join(place.dir, 'member/wal/old', name));
    truncateSync(join(place.dir, 'member/wal/old', wals(place).at(-1)!), 2000);
  },
  'wals moved deeper': (place) => {
    mkdirSync(join(place.dir, 'member/wal/old'));
    for (const name of wals(place)) renameSync(join(place.dir, 'member/wal', name), join(place.dir, 'member/wal/old', name));
  },
  'copy in snap': (place) => {
    mkdirSync(join(place.dir, 'member/snap/old'));
    for (const name of list(join(place.dir, 'member/snap'))) if (name !== 'old') cpSync(join(place.dir, 'member/snap', name), join(place.dir, 'member/snap/old', name));
    writeFileSync(join(place.dir, 'member/snap/old/0000000000000009-0000000000009999.snap'), 'x');
  },
  'db moved deeper': ({ dir }) => {
    mkdirSync(join(dir, 'member/snap/old'));
    renameSync(join(dir, 'member/snap/db'), join(dir, 'member/snap/old/db'));
  },
  'snaps moved deeper': (place) => {
    mkdirSync(join(place.dir, 'member/snap/old'));
    for (const name of snaps(place)) renameSync(join(place.dir, 'member/snap', name), join(place.dir, 'member/snap/old', name));
  },
  'copy beside member': ({ dir, files }) => {
    cpSync(join(dir, 'member'), join(dir, 'member.bak'), { recursive: true });
    const older = files.get('extra/db.t1');
    if (older !== undefined) writeFileSync(join(dir, 'member.bak/snap/db'), older);
  },
  'member renamed': ({ dir }) => renameSync(join(dir, 'member'), join(dir, 'member.bak')),
  'member one deeper': ({ dir }) => {
    mkdirSync(join(dir, 'default.etcd'));
    renameSync(join(dir, 'member'), join(dir, 'default.etcd/member'));
  },
  'db is a folder': ({ dir }) => {
    rmSync(join(dir, 'member/snap/db'));
    mkdirSync(join(dir, 'member/snap/db'));
  },
  'db in a folder of its name': ({ dir }) => {
    renameSync(join(dir, 'member/snap/db'), join(dir, 'member/snap/x'));
    mkdirSync(join(dir, 'member/snap/db'));
    renameSync(join(dir, 'member/snap/x'), join(dir, 'member/snap/db/db'));
  },
  'wal is a link': ({ dir, aside }) => {
    cpSync(join(dir, 'member/wal'), join(aside, 'wal'), { recursive: true });
    rmSync(join(dir, 'member/wal'), { recursive: true });
    symlinkSync(join(aside, 'wal'), join(dir, 'member/wal'));
  },
  'db is a link': ({ dir, aside }) => {
    renameSync(join(dir, 'member/snap/db'), join(aside, 'db'));
    symlinkSync(join(aside, 'db'), join(dir, 'member/snap/db'));
  },
  'member is a link': ({ dir, aside }) => {
    renameSync(join(dir, 'member'), join(aside, 'member'));
    symlinkSync(join(aside, 'member'), join(dir, 'member'));
  },
  'wal is a broken link': ({ dir }) => {
    rmSync(join(dir, 'member/wal'), { recursive: true });
    symlinkSync('/nowhere/wal', join(dir, 'member/wal'));
  },
  'wal is a file': ({ dir }) => {
    rmSync(join(dir, 'member/wal'), { recursive: true });
    writeFileSync(join(dir, 'member/wal'), '');
  },
  'wal folder empty': ({ dir }) => {
    rmSync(join(dir, 'member/wal'), { recursive: true });
    mkdirSync(join(dir, 'member/wal'));
  },
  'wal folder gone': ({ dir }) => rmSync(join(dir, 'member/wal'), { recursive: true }),
  'snap folder gone': ({ dir }) => rmSync(join(dir, 'member/snap'), { recursive: true }),
  'wal folder renamed': ({ dir }) => renameSync(join(dir, 'member/wal'), join(dir, 'member/wal.old')),
  'a snap is a folder': (place) => {
    const last = snaps(place).at(-1);
    if (last === undefined) return;
    rmSync(join(place.dir, 'member/snap', last));
    mkdirSync(join(place.dir, 'member/snap', last));
  },
  'a segment is a folder': (place) => {
    const last = wals(place).at(-1)!;
    rmSync(join(place.dir, 'member/wal', last));
    mkdirSync(join(place.dir, 'member/wal', last));
  },
  'wal.tmp left': ({ dir }) => mkdirSync(join(dir, 'member/wal.tmp')),
  'only wal.tmp': ({ dir }) => renameSync(join(dir, 'member/wal'), join(dir, 'member/wal.tmp')),
  'backup names': (place) => {
    for (const name of [...wals(place).map((one) => `wal/${one}`), ...snaps(place).map((one) => `snap/${one}`), 'snap/db']) cpSync(join(place.dir, 'member', name), join(place.dir, 'member', `${name}${place.random.of(['.bak', '~', '.old', '.gz', '.20240101'])}`));
  },
  'files of a stopped defrag': ({ dir, files }) => {
    writeFileSync(join(dir, 'member/snap/db.tmp.123456789'), files.get('extra/db.t1') ?? '');
    writeFileSync(join(dir, 'member/snap/tmp000001'), 'x');
  },
  'all files empty': (place) => {
    for (const name of [...wals(place).map((one) => `wal/${one}`), ...snaps(place).map((one) => `snap/${one}`), 'snap/db']) truncateSync(join(place.dir, 'member', name), 0);
  },
  'db and last wal empty': (place) => {
    truncateSync(join(place.dir, 'member/snap/db'), 0);
    truncateSync(join(place.dir, 'member/wal', wals(place).at(-1)!), 0);
  },
  'second half of the files zero': (place) => {
    // A full disk: sizes are there, blocks are not.
    for (const name of [`wal/${wals(place).at(-1)!}`, 'snap/db']) {
      const path = join(place.dir, 'member', name);
      const bytes = readFileSync(path);
      const used = name.startsWith('wal') ? bytes.findLastIndex((byte) => byte !== 0) : bytes.length;
      const from = Math.floor((used * (1 + place.random.below(7))) / 8 / 4096) * 4096;
      if (name.startsWith('wal') || place.random.below(2) === 0) writeFileSync(path, bytes.fill(0, from));
    }
  },
  'snapshot as db': ({ dir, files }) => {
    const snapshot = files.get('snapshot.db');
    if (snapshot !== undefined) writeFileSync(join(dir, 'member/snap/db'), snapshot);
  },
  'older snapshot as db': ({ dir, files }) => {
    const snapshot = files.get('extra/older.db');
    if (snapshot !== undefined) writeFileSync(join(dir, 'member/snap/db'), snapshot);
  },
  'snapshot as db, no wal, no snap': (place) => {
    placeDamages['snapshot as db']!(place);
    rmSync(join(place.dir, 'member/wal'), { recursive: true });
    for (const name of snaps(place)) rmSync(join(place.dir, 'member/snap', name));
  },
  'snapshot as db, no snap': (place) => {
    placeDamages['snapshot as db']!(place);
    for (const name of snaps(place)) rmSync(join(place.dir, 'member/snap', name));
  },
  'snapshot unpacked beside': ({ dir, files }) => writeFileSync(join(dir, 'member/snap/snapshot.db'), files.get('snapshot.db') ?? ''),
  'restored': (place) => restored(place),
  'restored, wal gone': (place) => {
    restored(place);
    rmSync(join(place.dir, 'member/wal'), { recursive: true });
  },
  'restored, snap gone': (place) => {
    restored(place);
    for (const name of snaps(place)) rmSync(join(place.dir, 'member/snap', name));
  },
  'restored, db of before': (place) => {
    restored(place);
    writeFileSync(join(place.dir, 'member/snap/db'), place.files.get('member/snap/db')!);
  },
  'restored, wal of before': (place) => {
    restored(place);
    rmSync(join(place.dir, 'member/wal'), { recursive: true });
    writeFiles(place.dir, place.files, (path) => path.startsWith('member/wal/'));
  },
  'restored, wal and snap of before': (place) => {
    restored(place);
    const db = readFileSync(join(place.dir, 'member/snap/db'));
    rmSync(join(place.dir, 'member'), { recursive: true });
    writeFiles(place.dir, place.files, (path) => path.startsWith('member/'));
    writeFileSync(join(place.dir, 'member/snap/db'), db);
  },
  'restored into what was there': (place) => {
    restored(place);
    writeFiles(place.dir, place.files, (path) => path.startsWith('member/') && path !== 'member/snap/db' && !existsSync(join(place.dir, path)));
  },
  'restored, revision raised': (place) => (minor(place.version) < 5 || place.version === '3.5.16' ? undefined : restored(place, '--bump-revision', '1000000', '--mark-compacted')),
  'defragmented offline': ({ dir, version }) => void runTool(version, ['defrag', '--data-dir', dir]),
  'backup by the tool': ({ dir, aside, version }) => {
    if (minor(version) !== 5) return;
    const run = runTool(version, ['backup', '--with-v3', '--data-dir', dir, '--backup-dir', join(aside, 'b')]);
    if (!run.ok || !existsSync(join(aside, 'b/member'))) return;
    rmSync(dir, { recursive: true });
    cpSync(join(aside, 'b'), dir, { recursive: true });
  },
  'storage of an older line': ({ dir, version, random }) => {
    if (minor(version) >= 6) runTool(version, ['migrate', '--data-dir', dir, '--target-version', minor(version) === 7 && random.below(2) === 0 ? '3.6' : '3.5', ...(random.below(2) === 0 ? ['--force'] : [])]);
  },
  'files side by side': ({ dir }) => {
    for (const part of ['wal', 'snap']) for (const name of list(join(dir, 'member', part))) renameSync(join(dir, 'member', part, name), join(dir, name));
    rmSync(join(dir, 'member'), { recursive: true });
  },
  'one segment newer by name': (place) => {
    const last = wals(place).at(-1)!;
    const [seq] = last.split('-');
    writeFileSync(join(place.dir, 'member/wal', `${(parseInt(seq!, 16) + 1).toString(16).padStart(16, '0')}-${'f'.repeat(4).padStart(16, '0')}.wal`), '');
  },
};
