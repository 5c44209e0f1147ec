import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { marked } from 'marked';
import puppeteer, { type Browser } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from '../../src/case/model.js';
import { chartNames, chartOf, findBrowser, htmlReport, markdownReport, pdfReport, reportView, terminalVerdict, timesketchCsv } from '../../src/report/index.js';
import { terminalWidth } from '../../src/report/terminal-width.js';
import { hostileCase, hostileNotes, hostileTexts } from './hostile-texts.js';
import { sampleCase } from './sample-case.js';

let folder: string;
let browser: Browser;
let hostile: Case;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-test-'));
  hostile = hostileCase(await sampleCase('kubekey-powercut/bundle'));
  browser = await puppeteer.launch({ executablePath: findBrowser(null)!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page as a reader would, scripting on: what ran, what was asked for, where it could lead. */
async function opened(html: string): Promise<{ readonly ran: number; readonly asked: readonly string[]; readonly handlers: readonly string[]; readonly links: readonly string[]; readonly scripts: number; readonly text: string }> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.html`);
  writeFileSync(file, html);
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  page.on('dialog', (dialog) => void (asked.push('dialog'), dialog.dismiss()));
  await page.goto(pathToFileURL(file).href, { waitUntil: 'networkidle0' });
  const found = await page.evaluate(() => ({
    ran: Number((globalThis as { __ran?: number }).__ran ?? 0),
    handlers: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].filter((a) => a.name.startsWith('on')).map((a) => `${e.tagName} ${a.name}`)),
    links: [...document.querySelectorAll('[href],[src],[action],[data]')].map((e) => e.getAttribute('href') ?? e.getAttribute('src') ?? e.getAttribute('action') ?? e.getAttribute('data') ?? ''),
    scripts: document.querySelectorAll('script,iframe,object,embed,form,base,link,img,video').length,
    text: document.body.innerText,
  }));
  await page.close();
  return { ...found, asked: asked.filter((url) => url !== pathToFileURL(file).href && !url.startsWith('data:font/')) };
}

test('there are at least sixty hostile texts', () => {
  expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(60);
});

test.each(['screen', 'paper'])('the HTML report (%s) shows them and runs nothing, asks for nothing, leads nowhere', async (form) => {
  const seen = await opened(htmlReport(reportView(hostile, hostileNotes, form === 'paper' ? 'paper' : 'screen')));
  expect(seen.ran).toBe(0);
  expect(seen.asked).toEqual([]);
  expect(seen.handlers).toEqual([]);
  expect(seen.scripts).toBe(0);
  expect(seen.links.filter((link) => !link.startsWith('#') && !/^(https?:\/\/|mailto:)/.test(link))).toEqual([]);
  for (const text of ['<script>window.__ran', '<%= process.env %>', '[x](javascript:', '$(touch /tmp/owned)']) expect(seen.text).toContain(text);
});

test('links to the web come from notes of people only, and tell nothing to where they lead', () => {
  expect(htmlReport(reportView(hostile))).not.toMatch(/<[a-z][^<>]* href="(?!#)/);
  expect(htmlReport(reportView(hostile, hostileNotes))).toContain('<a href="https://example.org/" rel="noopener noreferrer nofollow">');
});

test('the Markdown report, rendered without any sanitiser, runs nothing and asks for nothing', async () => {
  const seen = await opened(`<!doctype html><meta charset="utf-8"><body>${marked.parse(markdownReport(reportView(hostile)), { async: false })}`);
  expect(seen.ran).toBe(0);
  expect(seen.asked.filter((url) => !url.includes('/charts/'))).toEqual([]);
  expect(seen.handlers).toEqual([]);
  expect(seen.links.filter((link) => !/^#e\d+$|^charts\/\w+\.svg$/.test(link))).toEqual([]);
});

test('charts are drawings only', async () => {
  const drawings = chartNames.flatMap((name) => (['wide', 'paper', 'narrow'] as const).map((width) => chartOf(hostile, name, width) ?? ''));
  const seen = await opened(`<!doctype html><meta charset="utf-8"><body>${drawings.join('')}`);
  expect(drawings.filter((d) => d !== '').length).toBe(9);
  expect({ ran: seen.ran, asked: seen.asked, handlers: seen.handlers, scripts: seen.scripts }).toEqual({ ran: 0, asked: [], handlers: [], scripts: 0 });
});

test('the PDF holds no script, no action and no link to anywhere', async () => {
  const pdf = Buffer.from(await pdfReport(hostile, findBrowser(null)!)).toString('latin1');
  expect(pdf.startsWith('%PDF-')).toBe(true);
  expect(pdf).not.toMatch(/\/(JavaScript|JS|OpenAction|Launch|EmbeddedFile|URI)\b/);
  expect(pdf).toMatch(/\/MarkInfo|\/StructTreeRoot/);
});

test('no cell of the CSV is a formula, and no text makes a row', () => {
  const csv = timesketchCsv(hostile);
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const c = csv[i]!;
    if (quoted) {
      if (c === '"' && csv[i + 1] === '"') cell += csv[++i]!;
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1)!.push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else if (c !== '\r') cell += c;
  }
  rows.pop();
  const dated = hostile.events.filter((e) => e.time.best !== null || e.time.notBefore !== null || e.time.notAfter !== null);
  expect(rows.length).toBe(dated.length + 1);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  for (const value of rows.slice(1).flat()) expect(value).not.toMatch(/^[\s\u3000]*[=+@\uff1d\uff0b\uff20|%]|^[\s]*-(?!\d+$)|\u001b|[\u202a-\u202e\u2066-\u2069]/);
});

test.each([true, false])('the terminal gets no escape that is not ours, and at most 79 columns (colour %s)', (color) => {
  const verdict = terminalVerdict(hostile, { color, report: 'out/postmortem.html', scripts: '\u001b[2J/restore' });
  const plain = verdict.replace(/\u001b\[(?:0|1|7|3[0-7])(?:;\d+)*m/g, '');
  expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
  if (!color) expect(plain).toBe(verdict);
  for (const line of plain.split('\n')) expect(terminalWidth(line)).toBeLessThanOrEqual(79);
});
