// Lets single members live, leaves their folders as administrators, copy jobs and tools do, and asks `boot` and real etcd
// of the same or another version about them. Prints every case in which they disagree.
// Usage: npx tsx scripts/damage/hunt-folder.ts FIRST_SEED LIVES [VERSION [DAMAGE [OTHER_VERSION]]]   (KEEP=FOLDER keeps such folders)
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDirs } from '../../src/cli/data-dirs.js';
import { predictBoot, type BootPrediction } from '../../src/etcd/boot/index.js';
import { etcdLine, type EtcdLine } from '../../src/etcd/version.js';
import { bootDifferences, lastWords } from './differences.js';
import { dice, type Dice } from './dice.js';
import { placeDamages } from './folder-edits.js';
import { liveAlone, type MemberLife } from './member-life.js';
import { bootReal, isThere, removeFolder, scratchFolder, writeFiles, type RealBoot } from './real-etcd.js';

const [first = '1', count = '5', only, damage, other] = process.argv.slice(2);
const versions = ['3.3.25', '3.4.23', '3.5.16', '3.5.30', '3.6.16', '3.7.3'].filter(isThere);
let [tried, differing] = [0, 0];

/** `isMeant`: other data are served on purpose, and said to be. */
function differences(mine: BootPrediction, real: RealBoot, life: MemberLife, isMeant: boolean, name: string): readonly string[] {
  const found = bootDifferences(mine, real);
  const isReady = mine.result === 'ready' && real.result === 'ready';
  if (isReady && real.writable !== null && mine.writable !== real.writable) found.push(`writable: predicted ${String(mine.writable)}, was ${String(real.writable)}`);
  const { hashKv } = real;
  if (isReady && hashKv !== null && (mine.hashKv?.hash !== hashKv.hash || String(mine.hashKv.compactRevision) !== hashKv.compactRevision)) found.push(`hashkv: predicted ${mine.hashKv?.hash ?? '-'} ${mine.hashKv?.compactRevision ?? '-'}, was ${hashKv.hash} ${hashKv.compactRevision}`);
  // A member in the middle of a downgrade did not start again, and nobody knows what it served.
  if (life.served.revision === '-1') return found;
  const changed = real.served !== null && (real.served.keysHash !== life.served.keysHash || real.served.revision !== life.served.revision);
  if (changed && mine.hazard === null && !isMeant && mine.result !== 'unknown') found.push('hazard: none was named, though other data are served');
  // A segment without a byte may have held something.
  if (!changed && real.served !== null && real.writable === true && mine.hazard !== null && name !== 'one segment newer by name') found.push(`hazard: ${mine.hazard} was named, though the same is served`);
  return found;
}

async function tryPlace(life: MemberLife, name: string, version: string, random: Dice, seed: number): Promise<void> {
  const scratch = scratchFolder();
  const dir = join(scratch, 'd');
  const aside = join(scratch, 'aside');
  mkdirSync(aside);
  try {
    writeFiles(dir, life.files, (path) => path.startsWith('member/'));
    placeDamages[name]!({ dir, aside, version: life.version, files: life.files, random });
    const flags = random.below(8) === 0 ? ['--force-new-cluster'] : [];
    const keep = process.env['KEEP'];
    const found: string[] = [];
    const kept = join(scratch, 'kept');
    cpSync(dir, kept, { recursive: true, verbatimSymlinks: true });
    const { dirs, close } = await openDataDirs([dir], 'en').catch((error: unknown) => {
      found.push(`refused: ${String(error)}`);
      return { dirs: [], close: () => undefined };
    });
    const mine = dirs.length === 1 ? predictBoot(dirs[0]!.dir, { line: etcdLine(version) as EtcdLine, version, forceNewCluster: flags.length > 0 }) : null;
    close();
    if (dirs.length > 1) found.push(`several: ${dirs.map(({ path }) => path.replace(dir, '')).join(' ')}`);
    let real = await bootReal(version, dir, false, flags);
    if (real.result === 'hangs' && mine?.result !== 'hangs') {
      // A busy machine is slow.
      rmSync(dir, { recursive: true });
      cpSync(kept, dir, { recursive: true, verbatimSymlinks: true });
      real = await bootReal(version, dir, false, flags, 60_000);
    }
    tried += 1;
    if (mine !== null) {
      // What lies deeper, or in no order, is judged as if it stood in its place.
      const isElsewhere = dirs[0]!.path !== dir || !dirs[0]!.dir.complete;
      if (!isElsewhere) found.push(...differences(mine, real, life, flags.length > 0 || name === 'restored, revision raised', name));
    }
    if (process.env['ALL'] !== undefined) console.log(`  ${seed} ${life.version}→${version} ${name} ${flags.join()}: ${real.result}; ${mine?.result ?? '-'} ${mine?.hazard ?? ''}`);
    if (found.length === 0) return;
    differing += 1;
    console.log(`seed ${seed} ${life.version}→${version} ${name} ${flags.join()}\n  ${found.join('\n  ')}\n  mine: ${mine?.result ?? '-'} ${mine?.message ?? ''} ${mine?.hazard ?? ''}\n  etcd: ${real.result} ${lastWords(real.log)}${process.env['WHOLE_LOG'] === undefined ? '' : `\n${real.log}`}`);
    if (keep !== undefined) cpSync(kept, join(keep, `${seed}-${life.version}-${version}-${name.replaceAll(/\W+/g, '_')}`), { recursive: true, verbatimSymlinks: true });
  } catch (error) {
    console.log(`seed ${seed} ${name}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    removeFolder(scratch);
  }
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const random = dice(seed);
  const scratch = scratchFolder();
  try {
    const life = await liveAlone(only === undefined || only === 'any' ? random.of(versions) : only, scratch, random);
    console.log(`life ${seed}: ${life.words}`);
    if (other === 'each') for (const version of versions) await tryPlace(life, 'untouched', version, dice(seed * 100), seed);
    else for (const [at, name] of (damage === undefined ? Object.keys(placeDamages) : [damage]).entries()) await tryPlace(life, name, other ?? life.version, dice(seed * 100 + at), seed);
  } catch (error) {
    console.log(`life ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    removeFolder(scratch);
  }
}
console.log(`${tried} tried, ${differing} differ`);
