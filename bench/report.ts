/**
 * Speed of the report: HTML and Markdown of 50 000 events, PDF of the sample.
 * Usage: npx tsx bench/report.ts [EVENTS=50000]
 */
import { fileURLToPath } from 'node:url';
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

async function timed(name: string, make: () => string | Promise<string | Uint8Array>): Promise<void> {
  const start = performance.now();
  const made = await make();
  console.log(`${name.padEnd(34)} ${((performance.now() - start) / 1000).toFixed(2).padStart(6)} s  ${(made.length / 1e6).toFixed(2).padStart(6)} MB`);
}

await timed('HTML of the sample', () => htmlReport(reportView(sample)));
await timed(`HTML of ${count} events`, () => htmlReport(reportView(big)));
await timed(`Markdown of ${count} events`, () => markdownReport(reportView(big)));
await timed(`timeline.csv of ${count} events`, () => timesketchCsv(big));
const browser = findBrowser(null);
if (browser === null) console.log('no browser: PDF not measured');
else {
  await timed('PDF of the sample', () => pdfReport(sample, browser));
  await timed('PDF of the sample, again', () => pdfReport(sample, browser));
}
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB (without the browser)`);
