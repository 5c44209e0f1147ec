/**
 * Speed of the report: HTML and Markdown of 50 000 events and its first paint in a browser, PDF of the sample
 * and of a report of some sixty pages.
 * Usage: npx tsx bench/report.ts [EVENTS=50000]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer';
import { analyze } from '../src/analyze.js';
import { findBrowser, htmlReport, markdownReport, pdfReport, reportView, timesketchCsv } from '../src/report/index.js';

const count = Number(process.argv[2] ?? 50_000);
const sample = await analyze([fileURLToPath(new URL('../samples/kubekey-powercut/bundle', import.meta.url))], { language: 'en', assumeZone: null });
const events = Array.from({ length: count }, (_, i) => {
  const event = sample.events[i % sample.events.length];
  if (event === undefined) throw new Error('the sample has no events');
  return { ...event, id: `V${i}`, evidence: event.evidence.map((e) => ({ ...e, id: `E${1000 + i}` })) };
});
const big = { ...sample, events };

async function timed<T extends string | Uint8Array>(name: string, make: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const made = await make();
  console.log(`${name.padEnd(34)} ${((performance.now() - start) / 1000).toFixed(2).padStart(6)} s  ${(made.length / 1e6).toFixed(2).padStart(6)} MB`);
  return made;
}

/** Milliseconds from the start of the navigation to the first contentful paint and to the end of the layout. */
async function paint(html: string, executablePath: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const browser = await puppeteer.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const page = await browser.newPage();
      await page.setViewport({ width: 1440, height: 900 });
      await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
      times.push(await page.evaluate(() => new Promise<number>((done) => new PerformanceObserver((list) => {
        const first = list.getEntriesByName('first-contentful-paint')[0];
        if (first !== undefined) done(first.startTime);
      }).observe({ type: 'paint', buffered: true }))));
      await page.close();
    }
    console.log(`first contentful paint, median of 5 ${((times.sort((a, b) => a - b)[2] ?? Number.NaN) / 1000).toFixed(2).padStart(6)} s`);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await timed('HTML of the sample', () => htmlReport(reportView(sample)));
const html = await timed(`HTML of ${count} events`, () => htmlReport(reportView(big)));
await timed(`Markdown of ${count} events`, () => markdownReport(reportView(big)));
await timed(`timeline.csv of ${count} events`, () => timesketchCsv(big));
const browser = findBrowser(null);
if (browser === null) console.log('no browser: PDF not measured');
else {
  await timed('PDF of the sample', () => pdfReport(sample, browser));
  await timed('PDF of the sample, again', () => pdfReport(sample, browser));
  const long = await timed('PDF of a long report', () => pdfReport(big, browser));
  console.log(`pages of the long report           ${Buffer.from(long).toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0}`);
  await paint(html, browser);
}
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB (without the browser)`);
