import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Case } from '../case/model.js';
import { say } from '../words/say.js';
import { findBrowser } from './browser.js';
import { chartFileText } from './chart-file.js';
import { drawChart } from './charts/chart.js';
import { chartNames } from './charts/chart-names.js';
import { htmlReport } from './html-report.js';
import { chartFile, markdownReport } from './markdown-report.js';
import { timesketchCsv, timesketchJsonLines } from './timesketch.js';
import { reportView } from './view/report-view.js';

export interface ReportOptions {
  /** False leaves the PDF out without a word. */
  readonly pdf: boolean;
  /** `--browser`: program that prints the PDF; without it ETCD_AUTOPSY_BROWSER, then PATH. */
  readonly browser?: string | null;
  /** What people wrote, by section: `impact`, `went-well`, `went-wrong`, `lucky`, `actions`. */
  readonly notes?: Readonly<Record<string, string>>;
}

export interface WrittenReports {
  /** Paths below the folder, in the order of writing. */
  readonly files: readonly string[];
  /** A sentence for the terminal when there is no PDF although one was wanted. */
  readonly pdfMissing: string | null;
}

/** The PDF of a case. Throws what the browser says when it cannot print. */
export async function pdfReport(theCase: Case, browser: string, notes: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { printPdf } = await import('./pdf-report.js');
  return printPdf(htmlReport(reportView(theCase, notes, 'paper')), browser);
}

/** `case.json` as other programs read it. */
export function caseJson(theCase: Case): string {
  return `${JSON.stringify(theCase, null, 2)}\n`;
}

/**
 * Writes every form of the report into `folder`, which exists and belongs to the caller: `postmortem.md`,
 * `.html`, `.pdf`, `charts/`, `case.json`, `timeline.csv`, `timeline.jsonl`. Only the case decides what is in
 * them: the same case gives the same bytes (in the PDF but for its own dates). Without a browser
 * everything else is written and `pdfMissing` says how to get one.
 */
export async function writeReports(theCase: Case, folder: string, options: ReportOptions): Promise<WrittenReports> {
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content, { mode });
    files.push(name);
  };
  const notes = options.notes ?? {};
  write('postmortem.md', markdownReport(reportView(theCase, notes)));
  const view = reportView(theCase, notes);
  for (const name of chartNames) {
    const chart = drawChart(view.reading, name, 'wide');
    if (chart !== null) write(chartFile(name), chartFileText(chart.svg));
  }
  write('postmortem.html', htmlReport(view));
  write('case.json', caseJson(theCase));
  write('timeline.csv', timesketchCsv(theCase));
  write('timeline.jsonl', timesketchJsonLines(theCase));
  if (!options.pdf) return { files, pdfMissing: null };
  const browser = findBrowser(options.browser ?? null);
  if (browser === null) return { files, pdfMissing: say(theCase.language, 'report.pdf.no-browser') };
  try {
    write('postmortem.pdf', await pdfReport(theCase, browser, notes));
    return { files, pdfMissing: null };
  } catch (error) {
    return { files, pdfMissing: say(theCase.language, 'report.pdf.failed', { browser, error: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }) };
  }
}
