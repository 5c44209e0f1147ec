import { expect, test } from 'vitest';
import type { Case } from '../../src/case/model.js';
import { planRunbook } from '../../src/recovery/plan-runbook.js';
import { markdownReport, reportView, terminalVerdict } from '../../src/report/index.js';
import { sampleCase } from './sample-case.js';

/** The sample without the members' own data: its snapshot is then the newest state that is known, and the outage began some time after it. */
async function snapshotsAlone(secondsAtMost: number): Promise<Case> {
  const value = await sampleCase('kubekey-powercut/bundle');
  return { ...value, candidates: value.candidates.filter(({ kind }) => kind === 'snapshot'), recommendation: { ...value.recommendation, loss: { revisions: 0, seconds: 0.8, secondsAtMost, objects: null } } };
}

test('a snapshot is the last that is known: what it loses is told as a limit, not as nothing', async () => {
  const value = await snapshotsAlone(21_000);
  expect(terminalVerdict(value, { color: false })).toMatch(/^Lost +at most 5 h 50 min$/m);
  const text = markdownReport(reportView(value));
  expect(text).toContain('How much was written after that is not known.');
  expect(text).not.toContain('Nothing known is lost');
  expect(planRunbook(value.plan!, 'en', true, value.recommendation)).toContain('Changes of at most 5 h 50 min');
});

test('where the end was seen soon after it, nothing is lost', async () => {
  const value = await snapshotsAlone(5);
  expect(terminalVerdict(value, { color: false })).toMatch(/^Lost +nothing that is known$/m);
  expect(markdownReport(reportView(value))).toContain('Nothing known is lost');
  expect(planRunbook(value.plan!, 'en', true, value.recommendation)).toContain('Nothing that is known: it holds the last known state.');
});
