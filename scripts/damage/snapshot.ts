import { bytesSource } from '../../src/formats/source.js';
import { bboltCheck, readSnapshot } from '../../src/etcd/snapshot/index.js';
import { etcdLine } from '../../src/etcd/version.js';
import { baseFiles, damageCases, matchesDigests, type DamageCase, type ProgramOutcome, type SnapshotOutcome } from '../../test/damage/cases.js';
import { applyEdits } from '../../test/damage/edits.js';

/** One compared fact of one case and version. */
export interface Comparison {
  readonly id: string;
  readonly version: string;
  readonly fact: string;
  readonly predicted: string;
  readonly observed: string;
  readonly right: boolean;
  /** A second run of the same file gave another answer. */
  readonly unstable: boolean;
}

const ended = (outcome: ProgramOutcome): string => (outcome.rc === 0 ? 'ok' : 'fails');

/** Observed words with what varies taken out. */
const plain = (text: string): string =>
  text.replace(/0x[0-9a-f?]+/g, '?').replace(/<D>\S*?snapshot\.db/g, 'snapshot.db').replace(/<D>[^ )]*member\/snap\/db/g, 'member/snap/db').replace(/\u00a0/g, ' ').replace(/\s+/g, ' ');

/** True when the observed lines hold the predicted words; a fault is recognised by its signal. */
export function sameWords(predicted: string | null, why: readonly string[] | undefined): boolean {
  const text = plain((why ?? []).join('\n'));
  const wanted = plain(predicted ?? '');
  if (wanted.startsWith('unexpected fault address')) return /unexpected fault address/.test(text);
  return text.includes(wanted);
}

/** Why a prediction cannot be right; null when it should be. */
export function snapshotReason(test: DamageCase, comparison: Comparison): string | null {
  if (comparison.fact === 'verdict' && comparison.observed === 'other data') {
    if (test.class === 'control/older') return 'a whole snapshot of an earlier moment: nothing in it is wrong';
    if (test.class.startsWith('fuzzy/with-trailer')) return 'a copy of a running db to which a digest was added: pages of one earlier moment, nothing contradicts anything';
    if (test.class.endsWith('+rehash')) return 'the digest was made after the change, and the changed bytes are the content of a value or the name of a key: they carry no other trace';
  }
  if (comparison.fact === 'restore message' && comparison.version === '3.7' && comparison.observed.includes('nil pointer')) {
    return 'bbolt 1.5 rolls its transaction back while the check of the tree still runs: which panic comes first is a race';
  }
  return null;
}

/** What became of the data with one version: the worst thing that was seen. */
function truthOf(outcome: SnapshotOutcome): string {
  if (outcome.restore.rc !== 0 && outcome.restoreSkip.rc !== 0) return 'restore fails';
  const { boot } = outcome;
  if (boot === undefined) return 'not booted';
  if (boot.result !== 'ready' || boot.diedAt !== undefined || /connection/.test(boot.phases?.['range'] ?? '')) return 'dies';
  const { diff } = boot;
  if (diff !== undefined && diff.lost + diff.added + diff.valueChanged + diff.metaChanged > 0) return 'other data';
  return outcome.restore.rc === 0 ? 'whole' : 'refused, but whole';
}

export async function compareSnapshotCase(test: DamageCase): Promise<Comparison[]> {
  const damaged = applyEdits(await baseFiles(test.base), test.edits);
  if (!matchesDigests(damaged, test)) throw new Error(`${test.id}: the edited file differs from the case's digest`);
  const bytes = damaged.get('snapshot.db') ?? Buffer.alloc(0);
  const source = bytesSource(bytes);
  const report = readSnapshot(source);
  const found: Comparison[] = [];
  const unstable = test.unstable !== undefined;
  const add = (version: string, fact: string, predicted: string, observed: string, right = predicted === observed): void => {
    found.push({ id: test.id, version, fact, predicted, observed, right, unstable });
  };
  const check = test.outcomes['bboltCheck'] as ProgramOutcome;
  add('bbolt', 'check', bboltCheck(source) === null ? 'ok' : 'fails', ended(check));
  for (const [version, value] of Object.entries(test.outcomes)) {
    const line = etcdLine(version);
    if (line === null) continue;
    const outcome = value as SnapshotOutcome;
    const prediction = report.restore?.[line];
    if (prediction === undefined) continue;
    add(version, 'verdict', report.verdict, truthOf(outcome), report.verdict !== 'intact' || truthOf(outcome) === 'whole');
    add(version, 'status', prediction.status, ended(outcome.status));
    add(version, 'restore', prediction.accepted ? 'ok' : 'fails', ended(outcome.restore));
    if (!prediction.accepted && outcome.restore.rc !== 0) {
      add(version, 'restore message', prediction.message ?? '', (outcome.restore.why ?? []).join(' / '), sameWords(prediction.message, outcome.restore.why));
    }
    add(version, 'restore --skip-hash-check', prediction.skipHashAccepted ? 'ok' : 'fails', ended(outcome.restoreSkip));
    if (outcome.boot === undefined) continue;
    const { boot } = outcome;
    const observed = boot.result === 'hung' ? 'hangs' : boot.result === 'died' || boot.diedAt !== undefined || /connection/.test(boot.phases?.['range'] ?? '') ? 'dies' : 'ready';
    add(version, 'boot', prediction.boot, observed);
    if (observed === 'dies' && prediction.boot === 'dies' && boot.why !== undefined) {
      add(version, 'boot message', prediction.bootMessage ?? '', boot.why.join(' / '), sameWords(prediction.bootMessage, boot.why));
    }
    if (boot.served !== undefined && prediction.served !== null && boot.phases?.['range'] === 'ok') {
      add(version, 'served', `${prediction.served.revision} ${prediction.served.keys} ${prediction.served.keysHash ?? ''}`, `${boot.served.revision} ${boot.served.keys} ${boot.served.keysHash}`);
    }
  }
  return found;
}

/** Compares every snapshot case of the fixtures. */
export async function compareSnapshots(only = ''): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const test of damageCases()) if (test.kind === 'snapshot' && test.id.includes(only)) all.push(...(await compareSnapshotCase(test)));
  return all;
}
