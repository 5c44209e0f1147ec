import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer';

/** No network at all: a dead proxy, no names, no background traffic. The page could not ask for anything anyway. */
const closedDoors = [
  '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>', '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-domain-reliability', '--disable-quic',
  '--no-first-run', '--no-default-browser-check', '--disable-gpu', '--disable-extensions', '--disable-dev-shm-usage', '--font-render-hinting=none',
] as const;

/**
 * Prints a report to PDF: A4, tagged, with an outline. The browser runs without scripting and without network
 * in a profile of its own that is removed afterwards. As root Chromium needs `--no-sandbox`.
 */
export async function printPdf(html: string, browser: string): Promise<Uint8Array> {
  const profile = mkdtempSync(join(tmpdir(), 'etcd-autopsy-print-'));
  const args = [...closedDoors, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  try {
    const running = await puppeteer.launch({ executablePath: browser, headless: true, pipe: true, userDataDir: profile, args, timeout: 60_000, protocolTimeout: 180_000 });
    try {
      const page = await running.newPage();
      await page.setJavaScriptEnabled(false);
      await page.setOfflineMode(true);
      await page.setRequestInterception(true);
      page.on('request', (request) => void (/^(data:|about:blank)/.test(request.url()) ? request.continue() : request.abort('blockedbyclient')));
      await page.setContent(html, { waitUntil: 'load', timeout: 120_000 });
      return await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true, timeout: 120_000, waitForFonts: false });
    } finally {
      await running.close();
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
