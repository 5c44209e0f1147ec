import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Page } from 'puppeteer';
import { removeFolder } from '../remove-folder.js';
import { whilePrinting } from './printing.js';

/** No network at all: a dead proxy, no names, no background traffic. The page could not ask for anything anyway. */
const closedDoors = [
  '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>', '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-domain-reliability', '--disable-quic',
  '--no-first-run', '--no-default-browser-check', '--disable-gpu', '--disable-extensions', '--disable-dev-shm-usage', '--font-render-hinting=none',
] as const;

/** A4 less the margins of `paper.css`, in px of CSS. */
const sheet = { width: 658, height: 994 };
/** Percent of the full size, as `fit-N` in `paper.css`. The box model of an element knows nothing of its own zoom. */
const fits = [100, 96, 92, 88, 84, 80] as const;

/** Makes page 1 (`.page-one`) as small as it must be to stay one page. Measured by the browser, without script. */
async function fitPageOne(page: Page): Promise<void> {
  await page.emulateMediaType('print');
  await page.setViewport(sheet);
  const session = await page.createCDPSession();
  const { root } = await session.send('DOM.getDocument');
  const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: '.page-one' });
  if (nodeId === 0) return;
  for (const fit of fits) {
    await session.send('DOM.setAttributeValue', { nodeId, name: 'class', value: `page-one fit-${fit}` });
    const { model } = await session.send('DOM.getBoxModel', { nodeId });
    if ((model.height * fit) / 100 <= sheet.height - 4) return;
  }
}

/** The browser leads a group of processes of its own; all of them are ended, so that none writes on. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * Prints a report to PDF: A4, tagged, with an outline. The browser runs without scripting and without network
 * in a profile of its own that is removed afterwards. As root Chromium needs `--no-sandbox`.
 */
export async function printPdf(html: string, browser: string): Promise<Uint8Array> {
  const profile = mkdtempSync(join(tmpdir(), 'etcd-autopsy-print-'));
  const args = [...closedDoors, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  try {
    const running = await puppeteer.launch({ executablePath: browser, headless: true, pipe: true, userDataDir: profile, args, timeout: 60_000, protocolTimeout: 180_000, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false });
    const printed = whilePrinting(() => killGroup(running.process()?.pid));
    try {
      const page = await running.newPage();
      await page.setJavaScriptEnabled(false);
      await page.setOfflineMode(true);
      await page.setRequestInterception(true);
      page.on('request', (request) => void (/^(data:|about:blank)/.test(request.url()) ? request.continue() : request.abort('blockedbyclient')));
      await page.setContent(html, { waitUntil: 'load', timeout: 120_000 });
      await fitPageOne(page);
      return await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true, timeout: 120_000, waitForFonts: false });
    } finally {
      await running.close();
      printed();
    }
  } finally {
    removeFolder(profile);
  }
}
