// Damages copies of the bases in test/fixtures/damage at random, lets real etcd try them, and prints every
// case in which the prediction and etcd disagree. Needs the programs in .cache/etcd (node scripts/test-setup.mjs).
// With `life`, members live first, and what they leave is damaged instead of the bases; FILTER is then a version.
// Usage: npx tsx scripts/damage/hunt.ts dir|snapshot|life FIRST_SEED COUNT [FILTER [DAMAGE]]   (KEEP=FOLDER keeps the files of what differs, ALL=1 names every case)
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { predictBoot } from '../../src/etcd/boot/index.js';
import { readSnapshot } from '../../src/etcd/snapshot/index.js';
import { etcdLine, type EtcdLine } from '../../src/etcd/version.js';
import { bytesSource } from '../../src/formats/source.js';
import { baseFiles } from '../../test/damage/cases.js';
import type { Files } from '../../test/damage/edits.js';
import { dice, type Dice } from './dice.js';
import { damageFolder, damageSnapshot } from './random-edits.js';
import { bootDifferences, lastWords, linesOf, wordsFound } from './differences.js';
import { liveAlone } from './member-life.js';
import { bootReal, isThere, removeFolder, runTool, scratchFolder, writeFiles, type RealBoot, type RealRun } from './real-etcd.js';

const folder = fileURLToPath(new URL('../../test/fixtures/damage/bases/', import.meta.url));
const [kind = 'dir', first = '1', count = '50', filter = '', damage] = process.argv.slice(2);
const installed: Readonly<Record<string, string>> = { '3.3.25': '3.3.25', '3.4.23': '3.4.23', '3.5.16': '3.5.16', '3.5.30': '3.5.30', '3.6': '3.6.16', '3.7': '3.7.3' };

interface Expectation {
  readonly revision: number;
  readonly keys: number;
  readonly keysHash: string;
}

/** A record that was written again with a sum that fits, or is gone to its last byte, leaves no trace. */
const traceless = /entry-byte|commit-set|state-changed|any-byte|record-type|records-swapped|record-removed|last-entries-removed|zero-from-record|head-of-entry|record-twice/;
/** A log that ends right behind a record, or says other things than the database, may have lost something or not. */
const ambiguous = /cut-to-end|wal-older|zero-tail-sectors|cut-record|entry-byte|any-byte|record-type|records-swapped|record-removed|last-entries-removed|head-of-entry|record-twice/;

/** What was sound and written to must start again, and serve the same. */
async function secondStart(version: string, folder: string, fsync: boolean, first: RealBoot): Promise<string[]> {
  const second = await bootReal(version, folder, fsync);
  if (second.result === 'ready' && second.served?.keysHash === first.served?.keysHash) return [];
  return [`second start: ${second.result} ${second.served?.keys ?? '-'} keys, first had ${first.served?.keys ?? '-'}: ${lastWords(second.log)}`];
}

async function tryFolder(version: string, fsync: boolean, files: Files, expected: Expectation, random: Dice, only = damage): Promise<{ readonly words: string; readonly differences: readonly string[]; readonly log: string; readonly damaged: Files }> {
  let { files: damaged, words } = damageFolder(files, random, only);
  if (only === undefined && random.below(4) === 0) {
    const again = damageFolder(damaged, random);
    [damaged, words] = [again.files, `${words}, ${again.words}`];
  }
  const flags = random.below(6) === 0 ? ['--force-new-cluster'] : [];
  const member = new Map([...damaged].filter(([path]) => path.startsWith('member/')));
  const line = etcdLine(version) as EtcdLine;
  const mine = predictBoot({ files: new Map([...member].map(([path, bytes]) => [path, bytesSource(bytes)])), complete: true }, { line, version, forceNewCluster: flags.length > 0 });
  const scratch = scratchFolder();
  try {
    writeFiles(scratch, member, () => true);
    let real = await bootReal(version, scratch, fsync, flags);
    if (real.result === 'hangs' && mine.result !== 'hangs') {
      // A busy machine is slow.
      removeFolder(join(scratch, 'member'));
      writeFiles(scratch, member, () => true);
      real = await bootReal(version, scratch, fsync, flags, 60_000);
    }
    const died = mine.result === 'dies' && mine.diesAt !== 'start';
    const differences = bootDifferences(mine, real);
    if (died && real.result === 'ready' && real.served === null) differences.length = 0;
    if (real.result === 'ready' && real.writable !== null && mine.result === 'ready' && mine.writable !== real.writable) differences.push(`writable: predicted ${String(mine.writable)}, was ${String(real.writable)}`);
    const hash = mine.hashKv;
    if (real.hashKv !== null && mine.result === 'ready' && (hash?.hash !== real.hashKv.hash || String(hash.compactRevision) !== real.hashKv.compactRevision)) {
      differences.push(`hashkv: predicted ${hash?.hash ?? '-'} ${hash?.compactRevision ?? '-'}, was ${real.hashKv.hash} ${real.hashKv.compactRevision}`);
    }
    const changed = real.result === 'ready' && real.served !== null && (real.served.keysHash !== expected.keysHash || Number(real.served.revision) !== expected.revision);
    const isKnown = expected.revision >= 0;
    // With the flag, entries above the commit index are dropped, as it is documented.
    if (changed && isKnown && mine.hazard === null && !traceless.test(words) && flags.length === 0) differences.push('hazard: none was named, though other data are served');
    if (!changed && real.served !== null && real.writable === true && mine.hazard !== null && !ambiguous.test(words)) differences.push(`hazard: ${mine.hazard} was named, though the same is served`);
    if (mine.result === 'ready' && mine.hazard === null && real.writable === true && random.below(3) === 0) differences.push(...await secondStart(version, scratch, fsync, real));
    return { words: `${version} ${words} ${flags.join(' ')}`, differences, log: real.log, damaged: member };
  } finally {
    removeFolder(scratch);
  }
}

async function trySnapshot(files: Files, expected: Expectation, random: Dice): Promise<{ readonly words: string; readonly differences: readonly string[]; readonly log: string; readonly damaged: Files }> {
  const { bytes, words } = damageSnapshot(files, random, damage);
  const version = random.of(Object.values(installed).filter(isThere));
  const line = etcdLine(version) as EtcdLine;
  const report = readSnapshot(bytesSource(bytes));
  const mine = report.restore?.[line];
  if (mine === undefined) return { words, differences: ['no prediction'], log: '', damaged: new Map() };
  const scratch = scratchFolder();
  try {
    const path = join(scratch, 'snapshot.db');
    writeFileSync(path, bytes);
    const differences: string[] = [];
    const status = runTool(version, ['snapshot', 'status', path]);
    if ((mine.status === 'ok') !== status.ok) differences.push(`status: predicted ${mine.status}, was ${status.ok ? 'ok' : 'fails'}`);
    // Paths as the predictions and the fixtures write them.
    const restore = (name: string, ...flags: readonly string[]): RealRun => {
      const run = runTool(version, ['snapshot', 'restore', path, ...flags, '--data-dir', join(scratch, name)]);
      return { ...run, output: run.output.replaceAll(join(scratch, name), '<D>').replaceAll(scratch, '<D>') };
    };
    const restored = restore('a');
    if (mine.accepted !== restored.ok) differences.push(`restore: predicted ${String(mine.accepted)}, was ${String(restored.ok)}`);
    if (!mine.accepted && restored.ended === (mine.message ?? '').startsWith('never ends')) differences.push(`restore: predicted "${mine.message ?? ''}", ${restored.ended ? 'ended' : 'did not end'}`);
    if (!mine.accepted && !restored.ok && restored.ended && !wordsFound(mine.message ?? '', [restored.output, ...linesOf(restored.output)])) differences.push(`restore message: predicted "${mine.message ?? ''}"`);
    const skipped = restored.ok ? restored : restore('b', '--skip-hash-check');
    if (mine.skipHashAccepted !== skipped.ok) differences.push(`skip: predicted ${String(mine.skipHashAccepted)}, was ${String(skipped.ok)}`);
    let log = `${restored.output}\n${skipped.output}`;
    if (skipped.ok) {
      const real = await bootReal(version, join(scratch, restored.ok ? 'a' : 'b'), false);
      log = real.log;
      differences.push(...bootDifferences({ result: mine.boot, message: mine.bootMessage, served: mine.served }, real));
      const changed = real.result === 'ready' && real.served !== null && real.served.keysHash !== expected.keysHash;
      // A digest that was made after the change hides it.
      if (report.verdict === 'intact' && changed && !words.endsWith('+rehash')) differences.push('verdict: intact, though other data are served');
    }
    return { words: `${version} ${words} → ${report.verdict}`, differences, log, damaged: new Map([['snapshot.db', bytes]]) };
  } finally {
    removeFolder(scratch);
  }
}

let [tried, differing] = [0, 0];

async function judge(seed: string, attempt: () => Promise<{ readonly words: string; readonly differences: readonly string[]; readonly log: string; readonly damaged: Files }>): Promise<void> {
  try {
    const { words, differences, log, damaged } = await attempt();
    tried += 1;
    if (process.env['ALL'] !== undefined) console.log(`  ${seed} ${words}`);
    if (differences.length === 0) return;
    differing += 1;
    console.log(`seed ${seed} ${words}\n  ${differences.join('\n  ')}\n  etcd: ${lastWords(log)}${process.env['WHOLE_LOG'] === undefined ? '' : `\n${log}`}`);
    const { KEEP: keep } = process.env;
    if (keep !== undefined) writeFiles(join(keep, seed.replaceAll(' ', '-')), damaged, () => true);
  } catch (error) {
    console.log(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

const bases = readdirSync(folder).map((name) => name.replace('.tar.xz', '')).filter((name) => name.startsWith(`${kind}-`) && name.includes(filter));
const foreign = async (base: string): Promise<Files> => {
  const own = base.replace(/-\w+$/, '');
  const other = readdirSync(folder).map((name) => name.replace('.tar.xz', '')).find((name) => name !== base && name.startsWith(own)) ?? base;
  return new Map([...await baseFiles(other)].filter(([path]) => path.startsWith('member/')).map(([path, bytes]) => [`foreign/${path}`, bytes]));
};

async function tryBase(seed: number): Promise<void> {
  const random = dice(seed);
  const base = random.of(bases);
  const files = await baseFiles(base);
  const expected = JSON.parse((files.get('state.json') ?? Buffer.from('{}')).toString('utf8')) as Expectation;
  const own = Object.keys(installed).find((version) => base.startsWith(`dir-${version}-`)) ?? '3.5.30';
  const all: Files = kind === 'dir' ? new Map([...files, ...await foreign(base)]) : files;
  await judge(`${seed} ${base}`, () => (kind === 'dir' ? tryFolder(installed[own] ?? own, base.endsWith('-n'), all, expected, random) : trySnapshot(files, expected, random)));
}

/** Members that live first: many kinds of bases, each damaged some times as a directory and as a snapshot. */
async function tryLife(seed: number): Promise<void> {
  const random = dice(seed);
  const scratch = scratchFolder();
  try {
    const { version, words, files, served: last } = await liveAlone(random.of(filter === '' ? Object.values(installed).filter(isThere) : [filter]), scratch, random);
    console.log(`life ${seed}: ${words}`);
    const expected = { ...last, revision: Number(last.revision) };
    await judge(`${seed} untouched`, () => tryFolder(version, false, files, expected, random, 'control'));
    for (let i = 0; i < 10; i++) await judge(`${seed} dir ${i}`, () => tryFolder(version, false, files, expected, dice(seed * 100 + i)));
    if (files.has('snapshot.db')) for (let i = 0; i < 6; i++) await judge(`${seed} snapshot ${i}`, () => trySnapshot(files, expected, dice(seed * 100 + i)));
  } catch (error) {
    console.log(`life ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    removeFolder(scratch);
  }
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed++) await (kind === 'life' ? tryLife(seed) : tryBase(seed));
console.log(`${tried} tried, ${differing} differ`);
