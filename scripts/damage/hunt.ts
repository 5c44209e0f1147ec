// Damages copies of the bases in test/fixtures/damage at random, lets real etcd try them, and prints every
// case in which the prediction and etcd disagree. Needs the programs in .cache/etcd (node scripts/test-setup.mjs).
// Usage: npx tsx scripts/damage/hunt.ts dir|snapshot FIRST_SEED COUNT [BASE_FILTER [DAMAGE]]
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { predictBoot } from '../../src/etcd/boot/index.js';
import { readSnapshot } from '../../src/etcd/snapshot/index.js';
import { etcdLine, type EtcdLine } from '../../src/etcd/version.js';
import { bytesSource } from '../../src/formats/source.js';
import { baseFiles } from '../../test/damage/cases.js';
import type { Files } from '../../test/damage/edits.js';
import { damageFolder, damageSnapshot, dice, type Dice } from './random-edits.js';
import { bootDifferences, lastWords, linesOf, wordsFound } from './differences.js';
import { bootReal, isThere, removeFolder, runTool, scratchFolder, writeFiles, type RealBoot, type RealRun } from './real-etcd.js';

const folder = fileURLToPath(new URL('../../test/fixtures/damage/bases/', import.meta.url));
const [kind = 'dir', first = '1', count = '50', filter = '', damage] = process.argv.slice(2);
const installed: Readonly<Record<string, string>> = { '3.3.25': '3.3.25', '3.4.23': '3.4.23', '3.5.16': '3.5.16', '3.5.30': '3.5.30', '3.6': '3.6.16', '3.7': '3.7.3' };

interface Expectation {
  readonly revision: number;
  readonly keys: number;
  readonly keysHash: string;
}

/** What was sound and written to must start again, and serve the same. */
async function secondStart(version: string, folder: string, fsync: boolean, first: RealBoot): Promise<string[]> {
  const second = await bootReal(version, folder, fsync);
  if (second.result === 'ready' && second.served?.keysHash === first.served?.keysHash) return [];
  return [`second start: ${second.result} ${second.served?.keys ?? '-'} keys, first had ${first.served?.keys ?? '-'}: ${lastWords(second.log)}`];
}

async function tryFolder(base: string, files: Files, expected: Expectation, random: Dice): Promise<{ readonly words: string; readonly differences: readonly string[]; readonly log: string }> {
  const own = Object.keys(installed).find((version) => base.startsWith(`dir-${version}-`)) ?? '3.5.30';
  const version = installed[own] ?? own;
  let { files: damaged, words } = damageFolder(files, random, damage);
  if (damage === undefined && random.below(4) === 0) {
    const again = damageFolder(damaged, random);
    [damaged, words] = [again.files, `${words}, ${again.words}`];
  }
  const member = new Map([...damaged].filter(([path]) => path.startsWith('member/')));
  const line = etcdLine(version) as EtcdLine;
  const mine = predictBoot({ files: new Map([...member].map(([path, bytes]) => [path, bytesSource(bytes)])), complete: true }, { line });
  const scratch = scratchFolder();
  try {
    writeFiles(scratch, member, () => true);
    const real = await bootReal(version, scratch, base.endsWith('-n'));
    const died = mine.result === 'dies' && mine.diesAt !== 'start';
    const differences = bootDifferences(mine, real);
    if (died && real.result === 'ready' && real.served === null) differences.length = 0;
    if (real.result === 'ready' && real.writable !== null && mine.result === 'ready' && mine.writable !== real.writable) differences.push(`writable: predicted ${String(mine.writable)}, was ${String(real.writable)}`);
    const changed = real.result === 'ready' && real.served !== null && (real.served.keysHash !== expected.keysHash || Number(real.served.revision) !== expected.revision);
    // A record that was written again with a sum that fits leaves no trace.
    if (changed && mine.hazard === null && !/entry-byte|any-byte|record-type|records-swapped|record-removed|last-entries-removed/.test(words)) differences.push('hazard: none was named, though other data are served');
    if (mine.result === 'ready' && mine.hazard === null && real.writable === true) differences.push(...await secondStart(version, scratch, base.endsWith('-n'), real));
    return { words: `${version} ${words}`, differences, log: real.log };
  } finally {
    removeFolder(scratch);
  }
}

async function trySnapshot(files: Files, expected: Expectation, random: Dice): Promise<{ readonly words: string; readonly differences: readonly string[]; readonly log: string }> {
  const { bytes, words } = damageSnapshot(files, random, damage);
  const version = random.of(['3.4.23', '3.5.30', '3.6.16', '3.5.30', '3.6.16', '3.3.25', '3.7.3'].filter(isThere));
  const line = etcdLine(version) as EtcdLine;
  const report = readSnapshot(bytesSource(bytes));
  const mine = report.restore?.[line];
  if (mine === undefined) return { words, differences: ['no prediction'], log: '' };
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
      return { ...run, output: run.output.replaceAll(join(scratch, name), '<D>') };
    };
    const restored = restore('a');
    if (mine.accepted !== restored.ok) differences.push(`restore: predicted ${String(mine.accepted)}, was ${String(restored.ok)}`);
    if (!mine.accepted && !restored.ok && !wordsFound(mine.message ?? '', [restored.output, ...linesOf(restored.output)])) differences.push(`restore message: predicted "${mine.message ?? ''}"`);
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
    return { words: `${version} ${words} → ${report.verdict}`, differences, log };
  } finally {
    removeFolder(scratch);
  }
}

const bases = readdirSync(folder).map((name) => name.replace('.tar.xz', '')).filter((name) => name.startsWith(`${kind}-`) && name.includes(filter));
let [tried, differing] = [0, 0];
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const random = dice(seed);
  const base = random.of(bases);
  const files = await baseFiles(base);
  if (/"auth"/.test((files.get('state.json') ?? Buffer.alloc(0)).toString('utf8').slice(0, 4000))) continue;
  const expected = JSON.parse((files.get('state.json') ?? Buffer.from('{}')).toString('utf8')) as Expectation;
  try {
    const { words, differences, log } = kind === 'dir' ? await tryFolder(base, files, expected, random) : await trySnapshot(files, expected, random);
    tried += 1;
    if (differences.length > 0) {
      differing += 1;
      console.log(`seed ${seed} ${base} ${words}\n  ${differences.join('\n  ')}\n  etcd: ${lastWords(log)}${process.env['WHOLE_LOG'] === undefined ? '' : `\n${log}`}`);
    }
  } catch (error) {
    console.log(`seed ${seed} ${base}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(`${tried} tried, ${differing} differ`);
