import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser, htmlReport, pdfReport, reportView } from '../../src/report/index.js';
import { sampleCase } from './sample-case.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let folder: string;
let browser: Browser;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-test-'));
  file = join(folder, 'postmortem.html');
  writeFileSync(file, htmlReport(reportView(await sampleCase('kubekey-powercut/bundle'))));
  browser = await puppeteer.launch({ executablePath: findBrowser(null)!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(width: number, scheme: 'light' | 'dark', hash = '', prepare: (page: Page) => void = () => undefined): Promise<Page> {
  const page = await browser.newPage();
  prepare(page);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
  await page.goto(pathToFileURL(file).href + hash);
  return page;
}

test.each([[1440, 'light'], [1440, 'dark'], [390, 'dark']] as const)('at %s px, %s: no fault of accessibility, no console message, nothing scrolls sideways', async (width, scheme) => {
  const said: string[] = [];
  const seen = await open(width, scheme, '', (page) => void page.on('console', (message) => void said.push(message.text())));
  await seen.evaluate(axe);
  const faults = await seen.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: { run(): Promise<{ passes: unknown[]; violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    const { passes, violations } = await engine.run();
    return passes.length < 15 ? ['too few rules ran'] : violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary.slice(0, 200)}`).join(' | ')}`);
  });
  expect(faults).toEqual([]);
  expect(said).toEqual([]);
  expect(await seen.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await seen.close();
});

test('a mark opens the cited line among its neighbours without script, keeps the place, and closes again', async () => {
  const page = await open(1440, 'light');
  await page.setJavaScriptEnabled(false);
  await page.reload();
  const chip = (await page.$('#timeline a.chip'))!;
  await chip.scrollIntoView();
  const box = (await chip.boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.setJavaScriptEnabled(true);
  await page.waitForFunction(() => location.hash.length > 1);
  const id = new URL(page.url()).hash.slice(1);
  const state = await page.evaluate((target) => {
    const drawer = document.getElementById(target)!;
    const frame = drawer.getBoundingClientRect();
    return { position: getComputedStyle(drawer).position, inside: frame.top >= 0 && frame.right <= innerWidth + 1, lines: [...drawer.querySelectorAll('.line')].filter((l) => getComputedStyle(l).display !== 'none').length, cited: drawer.querySelectorAll('.line.cited').length, place: document.querySelector('#timeline a.chip')!.getBoundingClientRect().top };
  }, id);
  expect(state.position).toBe('fixed');
  expect(state.inside).toBe(true);
  expect(state.lines).toBeGreaterThan(3);
  expect(state.cited).toBe(1);
  expect(Math.abs(state.place - box.y)).toBeLessThan(4);
  await (await page.$(`#${id} .close`))!.click();
  await page.waitForFunction((target) => getComputedStyle(document.getElementById(target)!).position !== 'fixed', {}, id);
  expect(Math.abs((await page.evaluate(() => document.querySelector('#timeline a.chip')!.getBoundingClientRect().top)) - box.y)).toBeLessThan(4);
  await page.close();
});

test.each([1440, 390])('a command block copies as the exact source, however it wraps (%s px)', async (width) => {
  const page = await open(width, 'light');
  const value = await sampleCase('kubekey-powercut/bundle');
  const copied = await page.evaluate(() => [...document.querySelectorAll('#runbook pre')].map((pre) => {
    getSelection()!.selectAllChildren(pre);
    return getSelection()!.toString();
  }));
  const wanted = [...(value.plan?.steps ?? []), ...(value.plan?.manual ?? [])].map((step) => step.commands.join('\n'));
  expect(copied.map((text) => text.trimEnd())).toEqual(wanted);
  await page.close();
});

test('targets of a finger are at least 44 px high or wide apart on a phone', async () => {
  const page = await open(390, 'light');
  const low = await page.evaluate(() => [...document.querySelectorAll('.menu summary')].map((e) => e.getBoundingClientRect().height).filter((h) => h < 43.5));
  expect(low).toEqual([]);
  await page.close();
});

test('labels of the drawings keep their size at every width', async () => {
  for (const width of [1440, 900, 390]) {
    const page = await open(width, 'light');
    const sizes = await page.evaluate(() => [...document.querySelectorAll('.drawing > svg')].filter((svg) => svg.getBoundingClientRect().width > 0).flatMap((svg) => {
      const scale = svg.getBoundingClientRect().width / (svg as SVGSVGElement).viewBox.baseVal.width;
      return [...svg.querySelectorAll('text')].map((t) => Number(t.getAttribute('font-size')) * scale);
    }));
    expect(sizes.length).toBeGreaterThan(30);
    expect(Math.min(...sizes)).toBeGreaterThan(10.4);
    await page.close();
  }
});

test('the PDF is tagged A4 with bookmarks, its page 1 is summary and decision alone, and its text can be read in both languages', async () => {
  const { execFileSync } = await import('node:child_process');
  for (const language of ['en', 'zh-CN'] as const) {
    const path = join(folder, `${language}.pdf`);
    writeFileSync(path, await pdfReport(await sampleCase('kubekey-powercut/bundle', language), findBrowser(null)!));
    const bytes = readFileSync(path).toString('latin1');
    expect(bytes).toContain('/StructTreeRoot');
    expect(bytes).toContain('/Outlines');
    const text = (...words: string[]): string => execFileSync('pdftotext', [...words, path, '-'], { encoding: 'utf8' });
    const first = text('-f', '1', '-l', '1', '-layout');
    expect(first).toContain(language === 'en' ? 'Why not the others' : '为什么不选其他候选');
    expect(first).not.toContain(language === 'en' ? 'Restore runbook' : '恢复手册');
    expect(text('-f', '2', '-l', '2')).toContain(language === 'en' ? 'Impact' : '影响');
    expect(first).toMatch(/1 \/ \d+/);
    expect(text()).toContain('公司周末停电');
  }
});
