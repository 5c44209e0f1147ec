import { bytesSource } from '../../src/formats/source.js';
import { scenarios, type Scenario, type TogetherMember } from '../../src/etcd/boot/together.js';
import { etcdLine } from '../../src/etcd/version.js';
import { baseFiles, damageCases, matchesDigests, type BootOutcome, type DamageCase } from '../../test/damage/cases.js';
import { applyEdits } from '../../test/damage/edits.js';
import type { DataDir } from '../../src/etcd/data-dir.js';
import { sameWords, type Comparison } from './snapshot.js';

const names = ['m1', 'm2', 'm3'] as const;

/** The three directories of a damaged case. */
export async function trioDirs(test: DamageCase): Promise<DataDir[]> {
  const damaged = applyEdits(await baseFiles(test.base), test.edits);
  if (!matchesDigests(damaged, test)) throw new Error(`${test.id}: an edited file differs from the case's digest`);
  return names.map((name) => {
    const own = [...damaged].filter(([path]) => path.startsWith(`${name}/member/`));
    return { files: new Map(own.map(([path, bytes]) => [path.slice(name.length + 1), bytesSource(bytes)])), complete: true };
  });
}

const seen = (boot: BootOutcome): string => (boot.result === 'hung' ? 'hangs' : boot.result === 'died' || boot.diedAt !== undefined ? 'dies' : 'ready');
const short = (served: { readonly revision: unknown; readonly keys: number; readonly keysHash: string | null } | null | undefined): string => (served == null ? '-' : `${String(served.revision)} ${served.keys} ${(served.keysHash ?? '').slice(0, 8)}`);

type Said = typeof sameWords;

function fits(mine: TogetherMember, boot: BootOutcome, said: Said): { readonly result: boolean; readonly words: boolean; readonly state: boolean } {
  const observed = seen(boot);
  const result = mine.result === observed || (mine.result === 'either' && observed !== 'hangs');
  const words = observed !== 'dies' || mine.message === null || said(mine.message, boot.why);
  const state = observed !== 'ready' || boot.served === undefined || mine.served === null || short(mine.served) === short(boot.served);
  return { result, words, state };
}

/** The way of all that were foreseen which fits best what the members did; `said` finds predicted words in what they wrote. */
export function bestFit(foreseen: readonly Scenario[], boots: readonly BootOutcome[], said: Said = sameWords): { readonly scenario: Scenario; readonly score: readonly ReturnType<typeof fits>[] } {
  const scored = foreseen.map((scenario) => ({ scenario, score: scenario.members.map((member, i) => fits(member, boots[i]!, said)) }));
  const right = ({ score }: (typeof scored)[number]): number => score.filter((s) => s.result && s.words && s.state).length;
  return scored.reduce((best, one) => (right(one) > right(best) ? one : best));
}

export const text = (scenario: Scenario): string => `leader ${scenario.leader ?? '-'}: ${scenario.members.map((member) => `${member.result} ${short(member.served)}`).join('; ')}`;

/** Compares one case of three members: the best fitting way of all that were foreseen. */
export async function compareTrioCase(test: DamageCase): Promise<Comparison[]> {
  const dirs = await trioDirs(test);
  const found: Comparison[] = [];
  for (const [version, value] of Object.entries(test.outcomes)) {
    const line = etcdLine(version);
    if (line === null) continue;
    const outcome = value as Readonly<Record<string, BootOutcome>>;
    const boots = names.map((name) => outcome[name]!);
    const foreseen = scenarios(dirs, { line });
    const { scenario, score } = bestFit(foreseen, boots);
    const observed = boots.map((boot) => `${seen(boot)} ${short(boot.served)}`).join('; ');
    const add = (fact: string, mine: string, right: boolean): void => {
      found.push({ id: test.id, version, fact, predicted: mine, observed, right, unstable: test.unstable !== undefined });
    };
    add('members', foreseen.map(text).join(' | '), score.every(({ result }) => result));
    add('words', scenario.members.map(({ message }) => message ?? '').join('; '), score.every(({ words }) => words));
    add('served', foreseen.map(text).join(' | '), score.every(({ state }) => state));
    const lost = boots.some((boot) => seen(boot) === 'ready' && boot.served !== undefined && boot.served.revision < test.expected.revision);
    const warned = foreseen.some(({ rewritesHistory }) => rewritesHistory);
    if (lost) add('history rewritten', warned ? 'warned' : 'not warned', warned);
    else add('history rewritten', warned ? 'warned' : 'not warned', !warned || foreseen.length > 1 || boots.every((boot) => seen(boot) !== 'ready'));
  }
  return found;
}

/** Compares every case of three members. */
export async function compareTrios(only = ''): Promise<Comparison[]> {
  const all: Comparison[] = [];
  for (const test of damageCases()) if (test.kind === 'trio' && test.id.includes(only)) all.push(...(await compareTrioCase(test)));
  return all;
}
