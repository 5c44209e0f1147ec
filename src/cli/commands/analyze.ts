import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Case } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { withBundles, type Later } from '../bundles.js';
import { openOutFolder, refusal } from '../analysis/out-folder.js';
import { progressPrinter } from '../analysis/progress-printer.js';
import { exitCode } from '../exit-codes.js';
import type { RedactionKind } from '../../redaction/pseudonyms.js';
import { currentLanguage } from '../language.js';
import { redactKinds } from '../redact-option.js';

interface Options {
  readonly out?: string;
  readonly zone?: string;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly pdf: boolean;
  readonly snapshotCopy: boolean;
  readonly browser?: string;
  readonly redact?: readonly RedactionKind[];
  readonly casebook?: string;
}

/** `analyze INPUT...`: from a bundle to the verdict, the reports and the restore scripts. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<input...>', say(language, 'cli.analyze.input'))
    .option('-o, --out <dir>', say(language, 'cli.analyze.out'))
    .option('--zone <zone>', say(language, 'cli.analyze.zone'))
    .option('--json', say(language, 'cli.analyze.json'))
    .option('--force', say(language, 'cli.force'))
    .option('--no-pdf', say(language, 'cli.analyze.no-pdf'))
    .option('--browser <program>', say(language, 'cli.analyze.browser'))
    .option('--no-snapshot-copy', say(language, 'cli.analyze.no-snapshot-copy'))
    .option('--redact <kinds>', say(language, 'cli.analyze.redact'), redactKinds)
    .option('--casebook <dir>', say(language, 'cli.analyze.casebook'))
    .addHelpText('after', `
  etcd-autopsy analyze ./bundle --out ./report
  etcd-autopsy analyze node1.tar.gz node2.tar.gz node3.tar.gz --out ./report --lang zh-CN
  etcd-autopsy analyze session.log snapshot.db --zone Asia/Shanghai --json > case.json
  etcd-autopsy analyze ./bundle --out ./report --redact hosts,ips`)
    .action(async (inputs: readonly string[], options: Options) => {
      process.exitCode = await run(inputs, options, language);
    });
}

function complain(language: Language, key: string, params: Readonly<Record<string, string | number>>): number {
  process.stderr.write(`etcd-autopsy: ${say(language, key, params)}\n`);
  return exitCode.usage;
}

/** 0 a safe answer exists, 1 nothing is safe, 3 the evidence does not decide. */
export function exitCodeOf(theCase: Case): number {
  const { kind, why } = theCase.recommendation;
  if (kind !== 'none') return exitCode.ok;
  const keys = why.map((one) => one.key);
  if (keys.includes('recommend.why.healthy')) return exitCode.ok;
  return keys.includes('recommend.why.none-safe') ? exitCode.findings : exitCode.inconclusive;
}

async function run(inputs: readonly string[], options: Options, language: Language): Promise<number> {
  const { out } = options;
  if (out !== undefined) {
    const refused = refusal(out, options.force === true);
    if (refused !== null) return complain(language, `cli.analyze.refused.${refused}`, { folder: out });
  }
  const { zonesOfWord } = await import('../../time/civil-zone.js');
  if (options.zone !== undefined && zonesOfWord(options.zone).length === 0) return complain(language, 'cli.analyze.unknown-zone', { zone: options.zone });
  const color = process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  const printer = progressPrinter(process.stderr, language, color);
  printer.tell({ stage: 'intake', done: 0, total: null, detail: null });

  try {
    return (await withBundles({ language, interrupted: printer.end }, (later) => analyzeInputs(inputs, options, language, printer, later))) ?? exitCode.usage;
  } catch (error) {
    printer.end();
    if (isSystemError(error)) return complain(language, 'cli.analyze.not-written', { folder: out ?? error.path ?? '', reason: error.code });
    throw error;
  }
}

function isSystemError(error: unknown): error is { readonly code: string; readonly path?: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
}

async function analyzeInputs(inputs: readonly string[], options: Options, language: Language, printer: ReturnType<typeof progressPrinter>, later: Later): Promise<number> {
  const [{ analyzeBundle }, { openBundle }, report] = await Promise.all([import('../../analyze.js'), import('../../intake/index.js'), import('../../report/index.js')]);
  const bundle = await openBundle(inputs, undefined, (path) => printer.tell({ stage: 'intake', done: 0, total: null, detail: path }));
  later(() => bundle.close());
  const { value, draft } = await analyzeBundle(bundle, { language, assumeZone: options.zone ?? null }, printer.tell);
  const redacted = options.redact === undefined ? null : (await import('../../redaction/index.js')).redactCase(value, options.redact);
  const shown = redacted?.value ?? value;
  let pdfMissing: string | null = null;
  if (options.out !== undefined) {
    printer.tell({ stage: 'report', done: 0, total: null, detail: options.out });
    const folder = openOutFolder(options.out);
    later(() => folder.discard());
    later(report.stopPrinting);
    const written = await report.writeReports(shown, folder.work, { pdf: options.pdf, browser: options.browser ?? null });
    ({ pdfMissing } = written);
    if (options.redact === undefined && value.plan !== null) await writeRestore(value, draft.files, folder.work, options.snapshotCopy, language);
    if (redacted !== null) writeFileSync(join(folder.work, 'redaction-report.json'), `${JSON.stringify(redacted.counts, null, 2)}\n`);
    folder.commit();
    if (redacted !== null) writeFileSync(`${resolve(options.out)}.private-map.json`, `${JSON.stringify(redacted.map, null, 2)}\n`, { mode: 0o600 });
  }
  if (options.casebook !== undefined) await remember(value, options.casebook, language);
  printer.end();
  if (options.json === true) process.stdout.write(report.caseJson(shown));
  else {
    const color = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
    process.stdout.write(report.terminalVerdict(shown, {
      color, ...(process.stdout.columns === undefined ? {} : { columns: process.stdout.columns }), unicode: isUnicode(), language,
      report: options.out === undefined ? null : join(options.out, 'postmortem.html'),
      scripts: options.out === undefined || options.redact !== undefined || Object.keys(value.plan?.scripts ?? {}).length === 0 ? null : join(options.out, 'restore/'),
    }));
  }
  if (options.out === undefined && options.json !== true) process.stderr.write(`${say(language, 'cli.analyze.no-report')}\n`);
  if (pdfMissing !== null) process.stderr.write(`${pdfMissing}\n`);
  return exitCodeOf(value);
}

const isUnicode = (): boolean => {
  const locale = process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? '';
  return locale === '' || /utf-?8/i.test(locale);
};

/** `restore/` with its runbook, and the chosen snapshot beside the scripts. */
async function writeRestore(value: Case, files: readonly { readonly path: string; readonly sha256: string; open(): { readonly byteLength: number; read(offset: number, length: number): Uint8Array } }[], folder: string, withSnapshot: boolean, language: Language): Promise<void> {
  const { writeRestoreFolder } = await import('../../recovery/plan-folder.js');
  const { plan } = value;
  if (plan === null) return;
  const sha256 = plan.candidate?.sha256 ?? null;
  const file = sha256 === null ? undefined : files.find((one) => one.sha256 === sha256);
  writeRestoreFolder(plan, join(folder, 'restore'), { snapshot: withSnapshot && file !== undefined ? file.open() : null, language, recommendation: value.recommendation });
}

async function remember(value: Case, folder: string, language: Language): Promise<void> {
  const { withCasebook } = await import('../casebook.js');
  await withCasebook(folder, language, async (casebook) => {
    await casebook.putCase(value, new Date());
  });
}
