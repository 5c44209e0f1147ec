/** The report of a case in every form. Everything is made from the case alone. */
export { chartOf } from './charts/chart.js';
export { chartNames, type ChartName } from './charts/chart-names.js';
export type { ChartWidth } from './charts/sheet.js';
export { findBrowser } from './browser.js';
export { markdownReport } from './markdown-report.js';
export { htmlReport } from './html-report.js';
export { timesketchCsv, timesketchJsonLines } from './timesketch.js';
export { reportView } from './view/report-view.js';
export { caseJson, pdfReport, writeReports, type ReportOptions, type WrittenReports } from './write-reports.js';
export { stopPrinting } from './printing.js';
export { terminalVerdict, type VerdictOptions } from './terminal-verdict.js';
