import { bytesSource } from '../../src/formats/source.js';
import { predictBoot } from '../../src/etcd/boot/index.js';
import { etcdLine } from '../../src/etcd/version.js';
import { baseFiles, damageCases, matchesDigests, type BootOutcome, type DamageCase } from '../../test/damage/cases.js';
import { applyEdits } from '../../test/damage/edits.js';
import { sameWords, type Comparison } from './snapshot.js';

/** Compares one damaged data directory with what etcd did with it. */
export async function compareDirCase(test: DamageCase): Promise<Comparison[]> {
  const damaged = applyEdits(await baseFiles(test.base), test.edits);
  if (!matchesDigests(damaged, test)) throw new Error(`${test.id}: an edited file differs from the case's digest`);
  const files = new Map([...damaged].filter(([path]) => path.startsWith('member/')).map(([path, bytes]) => [path, bytesSource(bytes)]));
  const found: Comparison[] = [];
  for (const [version, value] of Object.entries(test.outcomes)) {
    const line = etcdLine(version);
    if (line === null) continue;
    const boot = value as BootOutcome;
    const predicted = predictBoot({ files, complete: true }, { line });
    const add = (fact: string, mine: string, theirs: string, right = mine === theirs): void => {
      found.push({ id: test.id, version, fact, predicted: mine, observed: theirs, right, unstable: test.unstable !== undefined });
    };
    const observed = boot.result === 'hung' ? 'hangs' : boot.result === 'died' || boot.diedAt !== undefined ? 'dies' : 'ready';
    add('result', predicted.result, observed);
    add('dies at', predicted.diesAt ?? '-', boot.result === 'died' ? 'start' : (boot.diedAt ?? '-'));
    const why = boot.why ?? [];
    if (predicted.message !== null && why.length > 0) add('message', predicted.message, why.join(' / '), sameWords(predicted.message, why));
    const loginWorks = boot.phases?.['login'] === undefined || boot.phases['login'] === 'ok' || boot.phases['login'].includes('not enabled');
    if (boot.served !== undefined && boot.phases?.['range'] === 'ok' && loginWorks) {
      add('served', predicted.served === null ? 'nothing' : `${predicted.served.revision} ${predicted.served.keys} ${predicted.served.keysHash ?? ''}`, `${boot.served.revision} ${boot.served.keys} ${boot.served.keysHash}`);
    }
    const theirs = boot.served?.hashkv;
    if (theirs !== undefined && boot.phases?.['hashkv'] === 'ok') {
      const mine = predicted.hashKv;
      add('hashkv', mine === null ? 'nothing' : `${mine.hash} ${mine.revision} ${mine.compactRevision}`, `${theirs.hash} ${theirs.revision} ${theirs.compactRevision}`);
    }
    if (boot.phases?.['put'] !== undefined && boot.diedAt === undefined) add('writable', String(predicted.writable), String(boot.phases['put'] === 'ok'));
    const { diff, served } = boot;
    const changed = diff !== undefined && diff.lost + diff.added + diff.valueChanged + diff.metaChanged > 0;
    const lost = boot.result === 'ready' && boot.diedAt === undefined && served !== undefined && (changed || served.revision !== test.expected.revision);
    if (lost) add('hazard', predicted.hazard ?? 'none', 'silent loss or change', predicted.hazard !== null);
    else if (boot.result === 'ready' && boot.phases?.['put'] === 'ok') add('hazard', predicted.hazard ?? 'none', 'none');
  }
  return found;
}

/** Why a difference cannot be foreseen from the files of one directory; null when it should have been. */
export function dirReason(test: DamageCase, comparison: Comparison): string | null {
  if (comparison.fact === 'hazard' && test.class.startsWith('dir/rolled-back')) return 'the whole directory is as of an earlier moment: it is consistent in itself, and nothing in it says that there was more; other members, snapshots or clients do';
  if (comparison.fact === 'hazard' && test.class === 'wal/tail-sectors-zero') return 'the zeros begin exactly where a record begins, as if it had never been written (one such tail in 64)';
  return null;
}

/** Compares every data directory of the fixtures. */
export async function compareDirs(only = ''): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const test of damageCases()) if (test.kind === 'dir' && test.id.includes(only)) all.push(...(await compareDirCase(test)));
  return all;
}
