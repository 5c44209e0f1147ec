import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCasebook } from '../../src/casebook/index.js';
import { findBrowser } from '../../src/report/browser.js';
import { longLog } from '../long-log.js';
import { hostileCase, hostileNotes } from '../report/hostile-texts.js';
import { sampleCase } from '../report/sample-case.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/cli/main.js');
const browserPath = findBrowser(null);
const ready = existsSync(program) && browserPath !== null;
if (!ready && process.env['CI'] === 'true') throw new Error('the page tests need the built program (npm run build) and a Chromium');

const sample = (path: string): string => join(root, 'samples', path);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The page of a real, running `etcd-autopsy serve`, in a real browser. */
describe.skipIf(!ready)('the page', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-test-'));
  const complaints: string[] = [];
  let server: ChildProcess;
  let address: string;
  let browser: Browser;
  let page: Page;
  let hostileId: string;
  let healthyId: string;

  const watch = (one: Page): void => {
    one.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    one.on('pageerror', (error) => complaints.push(String(error)));
    one.on('request', (request) => {
      if (!request.url().startsWith(new URL(address).origin) && !request.url().startsWith('data:')) complaints.push(`went to ${request.url()}`);
    });
  };

  const choose = async (files: readonly string[]): Promise<void> => {
    const input = await page.waitForSelector('input[type=file]:not([webkitdirectory])');
    await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(...files);
  };

  const goTo = async (hash: string): Promise<void> => {
    await page.evaluate((to) => { location.hash = to; }, hash);
  };

  const openCase = async (files: readonly string[]): Promise<void> => {
    await goTo('#/');
    await choose(files);
    await page.waitForFunction(() => location.hash.startsWith('#/cases/'));
    await page.waitForSelector('.decision-kind');
  };

  const violations = async (): Promise<string[]> => {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await checker.run()).violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
    });
  };

  beforeAll(async () => {
    const hostile = hostileCase(await sampleCase('kubekey-powercut/bundle'));
    const casebook = await openCasebook(join(folder, 'casebook'));
    hostileId = (await casebook.putCase({ ...hostile, manifestSha256: 'f'.repeat(64) }, new Date(0))).id;
    await casebook.putNotes(hostileId, hostileNotes);
    const healthy = { kind: 'none' as const, why: [{ key: 'recommend.why.healthy', params: {}, text: 'A majority answers.' }], missingFacts: [], candidate: null, loss: null };
    const whole = await sampleCase('kubekey-powercut/bundle');
    healthyId = (await casebook.putCase({ ...whole, title: 'Nothing is broken', plan: null, recommendation: { ...whole.recommendation, ...healthy }, manifestSha256: 'e'.repeat(64) }, new Date(1))).id;
    await casebook.close();
    server = spawn(process.execPath, [program, 'serve', '--casebook', join(folder, 'casebook'), '--lang', 'en'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } });
    let text = '';
    for await (const chunk of server.stdout!) {
      text += String(chunk);
      if (/token=\S+/.test(text)) break;
    }
    address = /http:\S+/.exec(text)![0];
    browser = await puppeteer.launch({ executablePath: browserPath!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    watch(page);
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(address, { waitUntil: 'networkidle0' });
  });

  afterAll(async () => {
    await browser?.close();
    if (server?.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT');
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('a bundle that is dropped in becomes a case with its decision', async () => {
    await openCase([sample('kubekey-three-members/bundle.tar.gz')]);
    expect(await page.$eval('.decision-path', (e) => e.textContent)).toContain('vmw254:/var/backups/kube_etcd/etcd-2025-07-12-03-30-01/snapshot.db');
    expect(await page.$$eval('#runbook .steps > li', (steps) => steps.length)).toBeGreaterThan(6);
    expect(await page.$$eval('figure.chart', (charts) => charts.length)).toBe(3);
    expect(await page.$eval('.case-body > .note', (e) => e.textContent)).toBe('vmw253, vmw254, vmw255 · KubeKey · etcd 3.4.23 · times are +08:00 (Asia/Shanghai)');
    expect(await page.$$eval('#candidates tr.pick td', (cells) => cells.map((c) => c.textContent))).toEqual(expect.arrayContaining(['12 Jul 03:30:00']));
    expect(await page.$$eval('.decision-band .cells i.on', (on) => on.length)).toBeGreaterThan(0);
    expect(await page.$$eval('.head-facts dd', (facts) => facts.map((f) => f.textContent))).toHaveLength(3);
    expect(await page.$$eval('#runbook details', (steps) => steps.map((one) => one.open))).toEqual(expect.arrayContaining([true, false]));
    expect(await page.$$eval('#findings .mark b', (words) => words.map((w) => w.textContent))).toEqual(expect.arrayContaining([expect.stringMatching(/^(Note|Warning|Error|Critical)$/)]));
  });

  test('charts have a narrow drawing for phones', async () => {
    const widths = await page.evaluate(async () => Promise.all(['wide', 'narrow'].map(async (width) => {
      const svg = await (await fetch(`/api/cases/${location.hash.split('/')[2] ?? ''}/chart/timeline?width=${width}`)).text();
      return Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
    })));
    expect(widths[1]).toBeLessThan(widths[0]! / 2);
  });

  test('a chip opens the cited line, and Escape gives the focus back', async () => {
    await page.click('#causes button.chip');
    expect(await page.$eval('.drawer .cited', (e) => e.textContent?.length ?? 0)).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    expect(await page.$eval('.drawer', (e) => (e as HTMLElement).hidden)).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.classList.contains('chip'))).toBe(true);
  });

  test('keys alone reach search, facts and their evidence', async () => {
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
    await page.keyboard.type('member');
    const found = await page.$$eval('tr.event', (rows) => rows.map((row) => row.textContent?.toLowerCase() ?? ''));
    expect(found.length).toBeGreaterThan(0);
    for (const row of found) expect(row).toContain('member');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    expect(await page.$eval('.drawer', (e) => (e as HTMLElement).hidden)).toBe(false);
    await page.keyboard.press('Escape');
  });

  test('arrow keys walk along a chart and show its words', async () => {
    await page.focus('.chart-scroll');
    await page.keyboard.press('ArrowRight');
    expect(await page.$eval('.tip', (e) => e.textContent?.length ?? 0)).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
  });

  test('two candidates are compared side by side', async () => {
    await (await page.$$('#candidates tr:not(.pick) .letter-button'))[0]!.click();
    await page.waitForSelector('.diff-sum');
    expect(await page.$$eval('.diff tbody tr', (rows) => rows.length)).toBeGreaterThan(0);
    expect(await page.$eval('.diff', (e) => e.textContent)).not.toMatch(/SIMULATED-SECRET/);
  });

  test('the table of candidates is sorted by its headers', async () => {
    await page.evaluate(() => [...document.querySelectorAll<HTMLButtonElement>('#candidates button.sort')].find((b) => b.textContent?.startsWith('Revision'))?.click());
    const sorted = await page.$$eval('#candidates tbody tr td:nth-child(5)', (cells) => cells.map((c) => Number(c.textContent?.replaceAll(',', ''))).filter((n) => !Number.isNaN(n)));
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
    expect(await page.$eval('#candidates th[aria-sort=descending]', (e) => e.textContent)).toContain('Revision');
  });

  test.each([['html', 50_000], ['pdf', 50_000], ['md', 5_000], ['json', 50_000], ['csv', 1_000], ['restore', 500_000]])('the case can be downloaded as %s', async (kind, atLeast) => {
    const got = await page.evaluate(async (as) => {
      const answer = await fetch(`/api/cases/${location.hash.split('/')[2] ?? ''}/export/${as}`);
      return { status: answer.status, size: (await answer.arrayBuffer()).byteLength, as: answer.headers.get('content-disposition') };
    }, kind);
    expect(got.status).toBe(200);
    expect(got.size).toBeGreaterThan(atLeast);
    expect(got.as).toMatch(/^attachment; filename="[\w.-]+"$/);
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('etcd-autopsy-out-')), { timeout: 60_000 }).toEqual([]);
  });

  test('what people write is kept when the same bundle is analysed again', async () => {
    await page.type('#notes textarea', 'No order was lost.');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.waitForFunction(() => document.querySelector('#notes')?.textContent?.includes('Saved'));
    await openCase([sample('kubekey-three-members/bundle.tar.gz')]);
    expect(await page.$eval('#notes textarea', (e) => (e as HTMLTextAreaElement).value)).toContain('No order was lost.');
  });

  test.each([[1440, 'light'], [1440, 'dark'], [390, 'light'], [390, 'dark']] as const)('no barrier at %i px, %s', async (width, scheme) => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height: 900 });
    expect(await violations()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'nothing scrolls sideways').toBeLessThanOrEqual(0);
    await goTo('#/');
    await page.waitForSelector('.drop');
    expect(await violations()).toEqual([]);
    expect(await page.$eval('.cases tbody tr', (row) => row.textContent)).toMatch(/vmw253, vmw254, vmw255KubeKey · etcd 3\.4\.23Restore one snapshot/);
    await page.goBack();
    await page.waitForSelector('.decision-kind');
  });

  test('a healthy case is no failure: it says that nothing needs to be restored', async () => {
    await goTo('#/cases');
    await page.waitForFunction(() => document.querySelectorAll('.cases tbody tr').length > 2);
    const row = await page.$$eval('.cases tbody tr', (rows) => rows.map((one) => one.textContent ?? '').find((text) => text.includes('Nothing is broken')) ?? '');
    expect(row).toContain('Nothing needs to be restored');
    expect(row).not.toContain('proven safe');
    await goTo(`#/cases/${healthyId}`);
    await page.waitForSelector('.decision-kind');
    expect(await page.$eval('.decision-kind', (e) => e.textContent)).toBe('Nothing needs to be restored');
    expect(await page.$eval('#runbook', (e) => e.textContent)).toContain('nothing needs to be restored');
    expect(await page.$eval('.head-facts', (e) => e.textContent)).toContain('nothing');
  });

  test('two analyses at once end in two cases', async () => {
    const ended = await page.evaluate(async () => {
      const one = async (text: string): Promise<string> => {
        const { id } = await (await fetch('/api/uploads', { method: 'POST' })).json() as { id: string };
        await fetch(`/api/uploads/${id}/files?name=session.txt`, { method: 'PUT', body: text });
        const job = await (await fetch(`/api/uploads/${id}/analyze`, { method: 'POST', body: '{}' })).json() as { id: string };
        return new Promise((done) => {
          const events = new EventSource(`/api/jobs/${job.id}/events`);
          events.addEventListener('done', (event) => { events.close(); done((JSON.parse((event as MessageEvent<string>).data) as { caseId: string }).caseId); });
          events.addEventListener('failed', (event) => { events.close(); done((event as MessageEvent<string>).data); });
        });
      };
      return Promise.all(['cp1', 'cp2'].map((host) => one(`root@${host}:~# hostname\n${host}\nroot@${host}:~# date\nMon Mar  2 12:30:00 UTC 2026\n`)));
    });
    expect(new Set(ended).size).toBe(2);
    for (const id of ended) expect(id).toMatch(/^[0-9a-f]{12}$/);
  });

  test('a download that is broken off leaves nothing', async () => {
    const outs = (): string[] => readdirSync(folder).filter((name) => name.startsWith('etcd-autopsy-out-'));
    await page.evaluate((id) => {
      const gone = new AbortController();
      const state = globalThis as { gone?: AbortController; ended?: boolean };
      Object.assign(state, { gone, ended: false });
      void fetch(`/api/cases/${id}/export/pdf`, { signal: gone.signal }).then((answer) => answer.arrayBuffer()).catch(() => undefined).finally(() => { state.ended = true; });
    }, healthyId);
    // On a slow machine it may all be over before anyone looks; nothing may be left then either.
    await expect.poll(async () => outs().length === 1 || page.evaluate(() => (globalThis as { ended?: boolean }).ended === true), { timeout: 60_000 }).toBe(true);
    await page.evaluate(() => (globalThis as { gone?: AbortController }).gone?.abort());
    await expect.poll(outs, { timeout: 60_000 }).toEqual([]);
  });

  test('a case full of hostile texts is shown, and nothing in it runs or leads away', async () => {
    await goTo(`#/cases/${hostileId}`);
    await page.waitForFunction(() => document.querySelector('.case-body')?.textContent?.includes('<script>'));
    for (const chip of (await page.$$('.case-body button.chip')).slice(0, 12)) {
      await chip.evaluate((one) => one.click());
      await page.keyboard.press('Escape');
    }
    for (const more of await page.$$('#events > button')) await more.evaluate((one) => { for (let i = 0; i < 8; i++) one.click(); });
    const seen = await page.evaluate(() => ({
      ran: (globalThis as { __ran?: number }).__ran ?? 0,
      handlers: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].filter((a) => a.name.startsWith('on')).map((a) => a.name)),
      foreign: [...document.querySelectorAll('main [href], main [src]')].map((e) => e.getAttribute('href') ?? e.getAttribute('src') ?? '').filter((to) => !/^(?:#|\/api\/cases\/)/.test(to)),
      elements: document.querySelectorAll('main :is(script, iframe, object, embed, form, base, link, img, video, style, foreignObject, image, use, animate)').length,
    }));
    expect(seen).toEqual({ ran: 0, handlers: [], foreign: [], elements: 0 });
    await goTo('#/cases');
    await page.waitForFunction(() => document.querySelectorAll('.cases tbody tr').length > 1);
    expect(await page.evaluate(() => (globalThis as { __ran?: number }).__ran ?? 0)).toBe(0);
  });

  const uploads = (): string[] => readdirSync(folder).filter((name) => name.startsWith('etcd-autopsy-upload-'));

  /** The start page without panels of earlier runs. */
  const startPage = async (): Promise<void> => {
    await goTo('#/explain');
    await page.waitForSelector('#line');
    await goTo('#/');
    await page.waitForSelector('.drop');
    expect(await page.$$('.run')).toHaveLength(0);
  };

  /**
   * Starts an analysis of something that takes long on any machine, and clicks Cancel from inside the page as
   * soon as `when` is there: no round trip to the test lies between.
   */
  const cancelAtOnce = async (when: string): Promise<void> => {
    await page.setViewport({ width: 1440, height: 900 });
    await startPage();
    await page.evaluate((selector) => {
      new MutationObserver((_changes, observer) => {
        if (document.querySelector(selector) === null) return;
        observer.disconnect();
        document.querySelector<HTMLButtonElement>('.run-head button')?.click();
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    }, when);
    await choose([sample('kubekey-powercut/bundle/var-lib-etcd.tgz'), longLog(folder)]);
  };

  test.each([
    ['while it is sent', '.run .stage'],
    ['while it is read', '.run .stage.done ~ .stage.active'],
  ])('an analysis can be cancelled %s, and its files are gone', async (_when, selector) => {
    const before = uploads();
    await cancelAtOnce(selector);
    await page.waitForFunction(() => document.querySelector('.run .problem')?.textContent?.startsWith('Cancelled'));
    await expect.poll(uploads, { timeout: 60_000 }).toEqual(before);
    expect(await page.evaluate(() => location.hash)).toBe('#/');
  });

  test('an analysis that was done before the click shows its case', async () => {
    await startPage();
    // The click comes in the place of the news that the case is stored: the latest that a click can be.
    const before = uploads().length;
    await page.evaluate(() => {
      const source = EventSource.prototype as { addEventListener(name: string, act: EventListener): void };
      const listen = source.addEventListener;
      source.addEventListener = function (name, act) {
        listen.call(this, name, name === 'done' ? () => document.querySelector<HTMLButtonElement>('.run-head button')?.click() : act);
      };
    });
    await choose([sample('kubekey-three-members/bundle.tar.gz')]);
    await page.waitForFunction(() => location.hash.startsWith('#/cases/'));
    await page.waitForSelector('.decision-kind');
    expect(uploads()).toHaveLength(before);
    await page.reload({ waitUntil: 'networkidle0' });
  });

  test('a long log, which goes to a thread of its own, is explained as a short one is', async () => {
    const said = await page.evaluate(async () => {
      const line = 'panic: freepages: failed to get all reachable pages (page 6: multiple references)\n';
      const ask = async (text: string): Promise<{ matches: { messageId: string }[] }> => (await fetch('/api/explain', { method: 'POST', body: JSON.stringify({ text, language: 'en' }) })).json() as Promise<{ matches: { messageId: string }[] }>;
      return Promise.all([ask(line), ask(line.repeat(500))]).then((both) => both.map((one) => one.matches[0]?.messageId));
    });
    expect(said[0]).toBeTruthy();
    expect(said[1]).toBe(said[0]);
  });

  test('a log line is explained, in Chinese too', async () => {
    await goTo('#/explain');
    await page.waitForSelector('#line');
    await page.type('#line', 'panic: freepages: failed to get all reachable pages (page 6: multiple references)');
    await page.click('button.primary');
    await page.waitForFunction(() => (document.querySelector('.answer')?.textContent?.length ?? 0) > 40);
    await page.click('header.top button');
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    expect(await page.$eval('header.top nav', (e) => e.textContent)).toMatch(/[\u4e00-\u9fff]/);
  });

  test('no console error, and no request to anywhere else', () => expect(complaints).toEqual([]));

  test('Ctrl-C leaves nothing behind but the casebook, however often it is pressed', async () => {
    await browser.close();
    const ended = once(server, 'exit');
    const again = setInterval(() => server.kill('SIGINT'), 1);
    // A signal that comes when all is done and the program has stopped to listen may still be what ends it.
    expect([[0, null], [null, 'SIGINT']]).toContainEqual(await ended);
    clearInterval(again);
    expect(readdirSync(folder).filter((name) => name.startsWith('etcd-autopsy-'))).toEqual([]);
  });
});
