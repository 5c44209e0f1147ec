import { beforeAll, describe, expect, test } from 'vitest';
import type { Case, Recommendation } from '../../src/case/model.js';
import { choiceOf, outcomeOf } from '../../src/case/no-restore.js';
import { htmlReport, markdownReport, reportView, terminalVerdict } from '../../src/report/index.js';
import { sampleCase } from './sample-case.js';

const why = (key: string): Recommendation['why'] => [{ key, params: {}, text: '3 of 3 members answer.' }];

test.each([
  ['none', 'recommend.why.healthy', 'healthy'],
  ['none', 'recommend.why.none-safe', 'none'],
  ['none', 'recommend.why.two-clusters', 'none'],
  ['restore-snapshot', 'recommend.why.healthy', 'restore-snapshot'],
  ['repair-without-restore', 'recommend.why.member-behind', 'repair-without-restore'],
] as const)('%s because of %s comes to %s', (kind, key, outcome) => {
  expect(outcomeOf({ kind, why: why(key) })).toBe(outcome);
  expect(outcomeOf({ kind, why: [] })).toBe(kind);
});

test('a database file that is restored is not called a snapshot', async () => {
  const value = await sampleCase('kubekey-powercut/bundle');
  const db = { ...value, candidates: value.candidates.map((one) => (one.path === value.recommendation.candidate?.path ? { ...one, kind: 'db-file' as const } : one)) };
  expect([choiceOf(value), choiceOf(db)]).toEqual(['restore-snapshot', 'restore-db']);
  expect(reportView(db).header.headlines.map((one) => one.value)).toContain('Restore from a database file');
});

describe.each([
  ['en', /proven safe|nothing safe|no safe/i, /nothing needs to be restored/i],
  ['zh-CN', /没有任何候选|无法证明/, /无需恢复/],
] as const)('the report of a healthy case in %s', (language, alarm, calm) => {
  let healthy: Case;
  let undecided: Case;
  beforeAll(async () => {
    const sample = await sampleCase('kubekey-powercut/bundle', language);
    const nothing = { ...sample.recommendation, kind: 'none' as const, candidate: null, loss: null, whyNot: [], missingFacts: [], nextBest: null };
    healthy = { ...sample, plan: null, recommendation: { ...nothing, why: why('recommend.why.healthy') } };
    undecided = { ...sample, plan: null, recommendation: { ...nothing, why: why('recommend.why.none-safe') } };
  });

  test.each([
    ['HTML', (value: Case) => htmlReport(reportView(value))],
    ['Markdown', (value: Case) => markdownReport(reportView(value))],
    ['terminal', (value: Case) => terminalVerdict(value, { color: false, language, report: null, scripts: null })],
  ])('%s says that nothing needs to be restored, and raises no alarm', (_form, text) => {
    expect(text(healthy)).toMatch(calm);
    expect(text(healthy)).not.toMatch(alarm);
    expect(text(undecided)).not.toMatch(calm);
  });
});
