import { describe, expect, it } from 'vitest';
import { rules } from '../../../src/diagnosis/rules/index.js';
import { diagnosed, type Files } from '../diagnosed.js';
import { bugCases } from './bug-cases.js';
import { ruleCases } from './cases.js';
import { fileCases } from './file-cases.js';

const sureness = { unmentioned: -2, rejected: -1, possible: 0, likely: 1, proven: 2 } as const;
const cases = [...ruleCases, ...bugCases, ...fileCases];
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

describe('versions with known bugs', () => {
  const log = (version: string): Files => ({ 'etcd.log': `{"level":"info","ts":"2025-07-14T09:00:00.000+0800","caller":"embed/etcd.go:308","msg":"starting an etcd server","etcd-version":"${version}"}\n` });

  it('warn, and are no cause without a symptom', async () => {
    const { causes, findings } = await diagnosed(log('3.5.1'));
    expect(causes.filter(({ id }) => id.startsWith('bug-'))).toEqual([]);
    const found = findings.find(({ code }) => code === 'version.bug-consistent-index');
    expect(found).toMatchObject({ severity: 'warning', said: { params: { version: '3.5.1', fixed: '3.5.3' } } });
    expect(found!.evidence.length).toBeGreaterThan(0);
  });

  it('say nothing about a current release', async () => {
    expect((await diagnosed(log('3.6.16'))).findings.filter(({ code }) => code.startsWith('version.'))).toEqual([]);
  });
});
