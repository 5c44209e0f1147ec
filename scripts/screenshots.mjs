// Makes the pictures of the README in docs/images from the real program: analyses the samples, opens the
// reports in a browser, prints page 1 and 2 of the PDF, uploads the samples to the web page and opens them
// there. Needs a build (npm run build), Chromium and pdftoppm (poppler-utils).
// Run with: node scripts/screenshots.mjs
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer';
import { tsImport } from 'tsx/esm/api';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs/images');
const scratch = mkdtempSync(join(tmpdir(), 'screenshots-'));
const font = (name) => readFileSync(join(root, 'assets/fonts', name)).toString('base64');
/** Readers have Chinese fonts and a monospaced one; a bare machine has not. */
const fonts = ['Noto Sans SC 400 noto-sans-sc-chinese-simplified-400-normal.woff2', 'Noto Sans SC 600 noto-sans-sc-chinese-simplified-700-normal.woff2', 'JetBrains Mono 400 jetbrains-mono-latin-400-normal.woff2', 'JetBrains Mono 700 jetbrains-mono-latin-700-normal.woff2']
  .map((entry) => /^(.+) (\d+) (\S+)$/.exec(entry))
  .map(([, family, weight, file]) => `@font-face{font-family:"${family}";font-weight:${weight};src:url(data:font/woff2;base64,${font(file)})}`).join('');

function analyze(sample, language, extra = []) {
  const out = join(scratch, `${sample.replace(/\W/g, '-')}-${language}`);
  const words = ['--import', 'tsx', 'src/cli/main.ts', 'analyze', join('samples', sample), '--out', out, '--lang', language, ...extra];
  const verdict = execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, COLUMNS: '79' } });
  return { out, verdict: verdict.replaceAll(`${out}/`, 'out/') };
}

async function open(browser, path, { width, height, scheme = 'light', mobile = false, clip = null, selector = null, hash = '', name }) {
  const page = await browser.newPage();
  await page.setBypassCSP(true);
  await page.setViewport({ width, height, deviceScaleFactor: 1, isMobile: mobile });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
  await page.goto(pathToFileURL(path).href + hash);
  await page.addStyleTag({ content: fonts });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const target = selector === null ? page : await page.$(selector);
  await target.screenshot({ path: join(images, name), ...(clip === null ? {} : { clip }) });
  await page.close();
}

/** The verdict as a terminal shows it. */
function terminalPage(verdict) {
  const escaped = verdict.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
  const painted = escaped
    .replace(/^(.*\n(?:\(.*\n)?)/, '<b>$1</b>')
    .replace(/^(Down|Restore|Why|Not|Lost|First|Report|Scripts|Do|Collect)(?= )/gm, '<b>$1</b>')
    .replace(/✓ (\S+)/, '<span style="color:#7fd1a0">✓ <b>$1</b></span>').replace(/▰/, '<span style="color:#e5b25a">▰</span>');
  const path = join(scratch, 'terminal.html');
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#14171c;color:#dfe3ea}pre{margin:0;padding:20px 24px;width:760px;font:15px/24px "JetBrains Mono",monospace;font-variant-ligatures:none}i{font-style:normal;color:#8d97a5}</style><pre><i>$ etcd-autopsy analyze ./bundle --out out</i>\n\n${painted}</pre>`);
  return path;
}

/** The address of a running `serve`. */
async function addressOf(server) {
  let text = '';
  for await (const chunk of server.stdout) {
    text += String(chunk);
    const found = /http:\S+token=\S+/.exec(text);
    if (found !== null) return found[0];
  }
  throw new Error('serve ended; is there a build in dist/?');
}

/** Files of one sample as a user would choose them. */
const filesOf = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && !one.name.endsWith('.md')).map((one) => join(one.parentPath, one.name));

/** The web page: list of cases, one case with its evidence, two candidates side by side, a phone. */
async function pagePictures(browser) {
  const server = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'serve', '--casebook', join(scratch, 'casebook')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(await addressOf(server), { waitUntil: 'networkidle0' });
    const go = async (hash, selector) => {
      await page.evaluate((to) => { location.hash = to; }, hash);
      await page.waitForSelector(selector);
    };
    const shot = async (name) => {
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      await page.screenshot({ path: join(images, name) });
    };
    for (const sample of ['kubeadm-disk-full/bundle.zip', 'kubespray-transcript/bundle', 'kubekey-powercut/bundle', 'kubekey-three-members/bundle.tar.gz']) {
      await go('#/explain', '#line');
      await go('#/', '.drop');
      const path = join(root, 'samples', sample);
      const input = await page.waitForSelector('input[type=file]:not([webkitdirectory])');
      await input.uploadFile(...(statSync(path).isDirectory() ? filesOf(path) : [path]));
      await page.waitForFunction(() => location.hash.startsWith('#/cases/'));
      await page.waitForSelector('.decision-kind');
    }
    const hash = await page.evaluate(() => location.hash);
    await shot('page.png');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.click('#causes button.chip');
    await page.evaluate(() => document.getElementById('timeline').scrollIntoView());
    await page.focus('.chart-scroll');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await shot('page-dark.png');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.evaluate(() => document.querySelector('#candidates tr:not(.pick) .letter-button[aria-pressed=false]').click());
    await page.waitForSelector('.diff-sum');
    await page.setViewport({ width: 1440, height: 1060 });
    await page.evaluate(() => document.getElementById('candidates').scrollIntoView());
    await shot('page-compare.png');
    await page.setViewport({ width: 1440, height: 640 });
    await go('#/', '.cases tbody tr');
    await shot('page-start.png');
    await page.setViewport({ width: 390, height: 844, isMobile: true });
    await go(hash, '.decision-kind');
    await page.evaluate(() => scrollTo(0, 0));
    await shot('page-phone.png');
    await page.close();
  } finally {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
}

mkdirSync(images, { recursive: true });
const { findBrowser } = await tsImport('../src/report/browser.ts', import.meta.url);
const executablePath = findBrowser(null);
if (executablePath === null) throw new Error('no Chromium on PATH; install one, for example with: apt-get install chromium');
const browser = await puppeteer.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  const english = analyze('kubekey-powercut/bundle', 'en', ['--browser', executablePath]);
  const chinese = analyze('kubekey-powercut/bundle', 'zh-CN', ['--no-pdf']);
  const three = analyze('kubekey-three-members/bundle.tar.gz', 'en', ['--no-pdf']);
  const report = join(english.out, 'postmortem.html');
  await open(browser, report, { width: 1440, height: 1180, name: 'report.png' });
  await open(browser, report, { width: 1440, height: 1180, scheme: 'dark', hash: '#timeline', name: 'report-dark.png' });
  await open(browser, report, { width: 390, height: 844, mobile: true, scheme: 'dark', name: 'report-phone.png' });
  await open(browser, join(chinese.out, 'postmortem.html'), { width: 1440, height: 1180, name: 'report-zh.png' });
  await open(browser, join(three.out, 'postmortem.html'), { width: 1440, height: 900, selector: '#timeline .chart', name: 'timeline-three-members.png' });
  await open(browser, terminalPage(english.verdict), { width: 808, height: 400, selector: 'pre', name: 'terminal.png' });
  execFileSync('pdftoppm', ['-r', '64', '-png', '-f', '1', '-l', '2', join(english.out, 'postmortem.pdf'), join(images, 'pdf')]);
  await pagePictures(browser);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}
for (const name of readdirSync(images)) console.log(`${name} ${Math.round(statSync(join(images, name)).size / 1000)} kB`);
