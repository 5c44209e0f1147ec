import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/diagnosis/explain/index.js';

interface Outcome {
  readonly why?: string | readonly string[];
  readonly notes?: readonly string[];
  readonly lastLines?: readonly string[];
}

interface DamageCase {
  readonly id: string;
  readonly kind: string;
  readonly class: string;
  readonly outcomes: Readonly<Record<string, unknown>>;
}

const cases = readFileSync('test/fixtures/damage/cases.jsonl', 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as DamageCase);

function outcomesIn(value: unknown): readonly Outcome[] {
  if (Array.isArray(value)) return value.flatMap(outcomesIn);
  if (value === null || typeof value !== 'object') return [];
  return [value as Outcome, ...Object.values(value).flatMap(outcomesIn)];
}

const cache = new Map<string, ReturnType<typeof explain>>();
function explained(text: string): ReturnType<typeof explain> {
  let known = cache.get(text);
  if (known === undefined) cache.set(text, (known = explain(text, 'en')));
  return known;
}
const textOf = (why: string | readonly string[]): string => (typeof why === 'string' ? why : why.join('\n'));

/** What a start of a directory with damage of one class may be explained by. */
const rightFor: readonly (readonly [RegExp, RegExp])[] = [
  [/^wal\//, /^etcd\.wal-|^stack\.(?:wal|after-panic)$/],
  [/^row\//, /^etcd\.(?:db-row|mvcc|db-freepages|db-page|db-bucket)|^stack\.out/],
  [/^(?:leaf|branch|overflow|root|flip|range|shift|foreign)\//, /^etcd\.(?:db-|snap-db)|^stack\.(?:out|db)/],
  [/^(?:size|meta|db|meta-bucket|bucket|combo)\//, /^etcd\.(?:db-|snap-db|wal-)|^stack\./],
];

describe('what real etcd 3.3 to 3.7 said when it died on damaged files', () => {
  it('is explained for every one that died or refused', () => {
    const missed = cases.flatMap((one) => outcomesIn(one.outcomes).flatMap(({ why }) => (why === undefined || explained(textOf(why)).matches.length > 0 ? [] : [`${one.id}: ${textOf(why)}`])));
    expect(missed).toEqual([]);
  });

  it('is explained for all notes of those that started, and for the last lines of those that hung', () => {
    const missed = cases.flatMap((one) => outcomesIn(one.outcomes).flatMap(({ notes, lastLines }) => [...(notes ?? []), ...(lastLines ?? [])].filter((line) => explained(line).matches.length === 0)));
    expect(missed).toEqual([]);
  });

  it('is explained by the file that was damaged', () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const one of cases.filter(({ kind }) => kind === 'dir')) {
      for (const [version, outcome] of Object.entries(one.outcomes) as [string, Outcome][]) {
        if (!version.startsWith('3') || outcome.why === undefined) continue;
        const { matches, decisive } = explained(textOf(outcome.why));
        const id = decisive === null ? '' : matches[decisive]!.messageId;
        const right = rightFor.find(([pattern]) => pattern.test(one.class))?.[1];
        checked++;
        if (right === undefined || !right.test(id)) wrong.push(`${one.id} ${version}: ${id}`);
      }
    }
    expect(checked).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
