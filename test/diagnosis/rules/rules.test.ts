import { describe, expect, it } from 'vitest';
import { rules } from '../../../src/diagnosis/rules/index.js';
import { diagnosed, type Files } from '../diagnosed.js';
import { ruleCases } from './cases.js';
import { fileCases } from './file-cases.js';

const sureness = { unmentioned: -2, rejected: -1, possible: 0, likely: 1, proven: 2 } as const;
const cases = [...ruleCases, ...fileCases];
const filesOf = (files: Files | (() => Promise<Files>)): Files | Promise<Files> => (typeof files === 'function' ? files() : files);

describe.each(cases)('$id', ({ id, truth, atLeast, friend }) => {
  it('takes its true case', async () => {
    const { causes } = await diagnosed(await filesOf(truth));
    const found = causes.find((cause) => cause.id === id);
    expect(found, causes.map((cause) => `${cause.id} ${cause.confidence}`).join(', ')).toBeDefined();
    expect(sureness[found!.confidence], found!.confidence).toBeGreaterThanOrEqual(sureness[atLeast]);
    expect(found!.evidence.length).toBeGreaterThan(0);
  }, 60_000);

  it('does not take its false friend', async () => {
    const { causes } = await diagnosed(await filesOf(friend));
    const found = causes.find((cause) => cause.id === id);
    const limit = atLeast === 'rejected' ? 'unmentioned' : atLeast === 'possible' ? 'rejected' : 'possible';
    expect(sureness[found?.confidence ?? 'unmentioned'], found?.evidence.map((e) => e.text).join(' | ')).toBeLessThanOrEqual(sureness[limit]);
  }, 60_000);
});

it('has a true case and a false friend for every rule, and for nothing else', () => {
  expect([...new Set(cases.map(({ id }) => id))].sort()).toEqual(rules.map(({ id }) => id).sort());
});
