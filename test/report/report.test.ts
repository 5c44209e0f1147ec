import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.js';
import type { Case } from '../../src/case/model.js';
import { findBrowser, htmlReport, markdownReport, reportView, terminalVerdict, timesketchCsv, writeReports } from '../../src/report/index.js';
import { terminalWidth } from '../../src/report/terminal-width.js';
import { richPlain } from '../../src/report/view/rich.js';
import { countWords } from '../../src/report/view/summary.js';
import { sampleCase } from './sample-case.js';

const samples = ['kubekey-powercut/bundle', 'kubekey-three-members/bundle.tar.gz', 'kubeadm-disk-full/bundle.zip', 'kubespray-transcript/bundle'] as const;
let folder: string;
let powercut: Case;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-test-'));
  powercut = await sampleCase('kubekey-powercut/bundle');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(samples)('%s: two renderings are the same bytes, and the order of sections is that of the design', async (sample) => {
  const value = await sampleCase(sample);
  const before = JSON.stringify(value);
  expect(htmlReport(reportView(value))).toBe(htmlReport(reportView(value)));
  expect(markdownReport(reportView(value))).toBe(markdownReport(reportView(value)));
  expect(JSON.stringify(value)).toBe(before);
  const ids = reportView(value).sections.map((s) => s.id).filter((id) => id !== 'audit');
  expect(ids).toEqual(['impact', 'runbook', 'timeline', 'durations', 'causes', 'snapshots', 'members', 'findings', 'lessons', 'actions', 'unchecked', 'evidence', 'manifest', 'appendix']);
});

test.each(samples.flatMap((sample) => (['en', 'zh-CN'] as const).map((language) => [sample, language] as const)))('%s in %s: the summary has at most 120 words and no key or place is left unsaid', async (sample, language) => {
  const value = await sampleCase(sample, language);
  const view = reportView(value);
  expect(countWords(view.summary.map(richPlain).join(' '))).toBeLessThanOrEqual(120);
  const text = markdownReport(view);
  expect(text).not.toMatch(/\breport\.[a-z]+\.[a-z-]+|\bterminal\.[a-z]+/);
  expect(text.replace(/`[^`]*`/g, '').replace(/^ .*$/gm, '')).not.toMatch(/\{(offset|time|n|span|path|from|to|host|hosts)\}|\bundefined\b|\bNaN\b|\[object/);
});

test('every cited place leads somewhere, in both forms', () => {
  const view = reportView(powercut);
  const html = htmlReport(view);
  const markdown = markdownReport(reportView(powercut));
  const chips = new Set([...html.matchAll(/href="#(e\d+)"/g)].map((m) => m[1]!));
  const places = new Set([...html.matchAll(/<article class="evidence" id="(e\d+)"/g)].map((m) => m[1]!));
  expect(chips.size).toBeGreaterThan(30);
  expect([...chips].filter((id) => !places.has(id))).toEqual([]);
  const headings = new Set([...markdown.matchAll(/^#### (E\d+)$/gm)].map((m) => m[1]!.toLowerCase()));
  expect([...markdown.matchAll(/\]\(#(e\d+)\)/g)].map((m) => m[1]!).filter((id) => !headings.has(id))).toEqual([]);
});

test('the report names the tool, its options and the digest of the manifest', () => {
  for (const text of [htmlReport(reportView(powercut)), markdownReport(reportView(powercut))]) {
    expect(text).toContain(`etcd-autopsy ${powercut.tool.version}`);
    expect(text).toContain(powercut.manifestSha256);
  }
});

test('commands stand in the Markdown and the HTML exactly as the plan has them', () => {
  const html = htmlReport(reportView(powercut)).replace(/<[^>]*>/g, '').replace(/&#39;/g, "'").replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&#96;/g, '`').replace(/&amp;/g, '&');
  const markdown = markdownReport(reportView(powercut));
  const steps = powercut.plan?.steps ?? [];
  expect(steps.length).toBeGreaterThan(5);
  for (const step of steps) {
    expect(html).toContain(step.commands.join('\n'));
    expect(markdown).toContain(`\n${step.commands.join('\n')}\n`);
  }
});

test('notes of people appear in their places and are no longer asked for', () => {
  const open = reportView(powercut).openForPeople;
  const view = reportView(powercut, { impact: 'The **shop** was down.', lucky: 'A copy on a laptop.' });
  expect(view.openForPeople).toBe(open - 2);
  expect(htmlReport(view)).toContain('<p>The <strong>shop</strong> was down.</p>');
  expect(markdownReport(view)).toContain('The **shop** was down.');
});

test('with no safe choice the band says so and the box lists what to collect', () => {
  const value: Case = { ...powercut, plan: null, recommendation: { ...powercut.recommendation, kind: 'none', candidate: null, loss: null, missingFacts: [{ fact: 'x', said: { key: '', params: {}, text: 'The data directory is not in the bundle.' }, collect: 'tar czf data.tgz -C / var/lib/etcd' }] } };
  const html = htmlReport(reportView(value));
  expect(html).toContain('class="decision undecided"');
  expect(html).toContain('tar czf data.tgz -C / var/lib/etcd');
  const verdict = terminalVerdict(value, { color: false });
  expect(verdict).toContain('Restore  ? nothing yet: no candidate could be proven safe');
  expect(verdict).toMatch(/^Collect {2}.*\n? *tar czf/m);
});

test('50 000 events make at most 3 MB of HTML within seconds, and the rule of what is shown is stated', () => {
  const events = Array.from({ length: 50_000 }, (_, i) => {
    const event = powercut.events[i % powercut.events.length]!;
    return { ...event, id: `V${i}`, evidence: event.evidence.map((e) => ({ ...e, id: `E${1000 + i}`, text: `${e.text} ${i}`.repeat(5) })) };
  });
  const excerpts = events.map((e) => ({ evidence: e.evidence[0]?.id ?? '', artifact: 'big.log', sha256: null, host: null, firstLine: 1, lines: Array.from({ length: 9 }, () => 'a line of a big log '.repeat(40)), timeReading: null }));
  const html = htmlReport(reportView({ ...powercut, events, excerpts: [...powercut.excerpts, ...excerpts] }));
  expect(html.length).toBeLessThanOrEqual(3_000_000);
  expect(html).toContain('300 of 50,000 events');
  expect(timesketchCsv({ events }).split('\r\n').length).toBeGreaterThan(49_000);
});

test('all files are written; without a browser all but the PDF, and the message says how to get one', async () => {
  const missing = join(folder, 'no-browser');
  const path = process.env['PATH'];
  mkdirSync(missing);
  const written = await writeReports(powercut, missing, { pdf: true, browser: '/nonexistent/chromium' });
  expect(process.env['PATH']).toBe(path);
  expect(written.pdfMissing).toContain('--browser');
  expect(written.files).toEqual(['postmortem.md', 'charts/timeline.svg', 'charts/revisions.svg', 'charts/backups.svg', 'postmortem.html', 'case.json', 'timeline.csv', 'timeline.jsonl']);
  expect(JSON.parse(readFileSync(join(missing, 'case.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(powercut)));
  expect(readdirSync(missing)).not.toContain('postmortem.pdf');
  expect(findBrowser('/nonexistent/chromium')).toBeNull();
});

test.each(samples.flatMap((sample) => (['en', 'zh-CN'] as const).map((language) => [sample, language] as const)))('%s in %s: the verdict is short and 79 columns wide, the same with and without colour', async (sample, language) => {
  const value = await sampleCase(sample, language);
  const plain = terminalVerdict(value, { color: false, report: 'out/postmortem.html' });
  expect(terminalVerdict(value, { color: true, report: 'out/postmortem.html' }).replace(/\u001b\[[0-9;]*m/g, '')).toBe(plain);
  expect(plain.trim().split('\n').length).toBeLessThanOrEqual(16);
  for (const line of plain.split('\n')) expect(terminalWidth(line)).toBeLessThanOrEqual(79);
});

test('in a locale without UTF-8 the marks are words', () => {
  const verdict = terminalVerdict(powercut, { color: false, unicode: false });
  expect(verdict).toContain('Restore  [ok] kube_etcd/etcd-2024-05-11-02-00-01/snapshot.db');
  expect(verdict).toContain('[cut] etcd-2024-05-11-02-30-01');
});

test.each(['en', 'zh-CN'] as const)('a bundle that says almost nothing gives a whole report that says so (%s)', async (language) => {
  const bundle = join(folder, `note-${language}`);
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'note.txt'), 'the cluster is down, please help\n');
  const value = await analyze([bundle], { language, assumeZone: null });
  expect(value.recommendation.kind).toBe('none');
  const html = htmlReport(reportView(value));
  expect(html).toContain('class="decision undecided"');
  expect(html).not.toMatch(/<figure/);
  expect(htmlReport(reportView(value, {}, 'paper'))).toContain('class="paper"');
  expect(markdownReport(reportView(value)).length).toBeGreaterThan(1000);
  expect(terminalVerdict(value, { color: false })).toContain(language === 'en' ? 'nothing yet' : '暂无');
});
