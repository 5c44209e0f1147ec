import { resolve } from 'node:path';
import type { Command } from 'commander';
import { casebookFolder, openCasebook, type AuditedFile, type Casebook } from '../../casebook/index.js';
import { timeInName } from '../../case/name-time.js';
import { resolveStamp } from '../../case/when.js';
import { judgeFolders, stateOf, type FolderFile, type FolderVerdict } from '../../diagnosis/audit/folder.js';
import { parseSchedule, type Schedule } from '../../diagnosis/audit/schedule.js';
import { terminalText } from '../../report/escape/terminal.js';
import { isZoneName } from '../../time/civil-zone.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { backupFiles, type FoundFile } from '../audit/backup-files.js';
import { contentTimeOf, examineFiles, type Fresh } from '../audit/examine.js';
import { auditMetrics, writeTextfile } from '../audit/textfile.js';
import { casebookOption } from '../casebook.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { toolVersion } from '../tool-version.js';

interface Options {
  readonly schedule?: string;
  readonly zone?: string;
  readonly maxAge?: string;
  readonly minKeysRatio?: string;
  readonly textfile?: string;
  readonly json?: boolean;
  readonly cache?: boolean;
  readonly casebook?: string;
}

/** `audit DIR...`: the nightly check of backup folders. Only new files are read; the rest is known from before. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .argument('<dir...>', say(language, 'cli.audit.dirs'))
    .option('--schedule <cron>', say(language, 'cli.audit.schedule'))
    .option('--zone <name>', say(language, 'cli.audit.zone'))
    .option('--max-age <age>', say(language, 'cli.audit.max-age'))
    .option('--min-keys-ratio <ratio>', say(language, 'cli.audit.min-keys-ratio'))
    .option('--textfile <file>', say(language, 'cli.audit.textfile'))
    .option('--no-cache', say(language, 'cli.audit.no-cache'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy audit /var/backups/kube_etcd --max-age 2h\n  etcd-autopsy audit /var/backups/etcd --schedule "15 * * * *" --min-keys-ratio 0.5 --textfile /var/lib/node_exporter/etcd_backups.prom')
    .action((folders: readonly string[], options: Options) => run(folders, options, language));
}

interface Demands {
  readonly zone: string;
  readonly schedule: Schedule | null;
  readonly maxAgeMs: number | null;
  readonly minKeysRatio: number | null;
}

function demandsOf(options: Options, language: Language): Demands {
  const wrong = (option: string, expected: string, value: string): Error => new Error(say(language, 'cli.audit.bad-option', { option, expected, value }));
  const zone = options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isZoneName(zone)) throw wrong('--zone', 'Asia/Shanghai, Europe/Berlin, UTC', zone);
  const schedule = options.schedule === undefined ? null : parseSchedule(options.schedule, zone);
  if (options.schedule !== undefined && schedule === null) throw wrong('--schedule', '"*/30 * * * *"', options.schedule);
  const age = options.maxAge === undefined ? null : /^(\d+(?:\.\d+)?)(m|h|d)$/.exec(options.maxAge);
  if (options.maxAge !== undefined && age === null) throw wrong('--max-age', '90m, 26h, 2d', options.maxAge);
  const ratio = options.minKeysRatio === undefined ? null : Number(options.minKeysRatio);
  if (ratio !== null && !(ratio > 0 && ratio <= 1)) throw wrong('--min-keys-ratio', '0 … 1', options.minKeysRatio ?? '');
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[age?.[2] ?? 'm'] ?? 60_000;
  return { zone, schedule, maxAgeMs: age === null ? null : Number(age[1]) * unit, minKeysRatio: ratio };
}

async function run(folders: readonly string[], options: Options, language: Language): Promise<void> {
  const demands = demandsOf(options, language);
  const warn = (text: string): void => void process.stderr.write(`etcd-autopsy: ${terminalText(text)}\n`);
  let unreadable = false;
  const files: FoundFile[] = [];
  for (const folder of folders) {
    try {
      files.push(...backupFiles(resolve(folder), (path, detail) => {
        unreadable = true;
        warn(say(language, 'cli.audit.unreadable', { path, detail }));
      }));
    } catch (error) {
      warn(say(language, 'cli.audit.unreadable', { path: folder, detail: error instanceof Error ? error.message : String(error) }));
      process.exitCode = exitCode.usage;
      return;
    }
  }
  const { known, cached } = await examineAll(files, options, demands.zone, warn, language);
  const now = Date.now();
  const verdict = judgeFolders(folders.join(', '), files.map((file, i) => describe(file, known[i] ?? null, demands.zone)), { now, ...demands });
  const code = verdict.outcome === 'bad' || unreadable ? exitCode.findings : verdict.outcome === 'good' ? exitCode.ok : exitCode.inconclusive;
  if (options.textfile !== undefined) writeTextfile(options.textfile, auditMetrics(verdict, now, code));
  process.stdout.write(options.json === true ? `${JSON.stringify(asJson(verdict, folders, now, code, cached, language), null, 2)}\n` : inWords(verdict, files.length - cached, cached, language));
  process.exitCode = code;
}

/** Reads what is new; a casebook that cannot be opened only costs time. */
async function examineAll(files: readonly FoundFile[], options: Options, zone: string, warn: (text: string) => void, language: Language): Promise<{ readonly known: readonly (AuditedFile | null)[]; readonly cached: number }> {
  let casebook: Casebook | null = null;
  if (options.cache !== false) {
    try {
      casebook = await openCasebook(casebookFolder(options.casebook, process.env));
    } catch (error) {
      if (options.casebook !== undefined) throw error;
    }
  }
  try {
    const version = toolVersion();
    const before = casebook === null ? [] : await casebook.auditedFiles(files.map((file) => file.identity), version);
    const fresh = new Map<number, AuditedFile>();
    const known: (AuditedFile | null)[] = files.map((_, i) => before[i] ?? null);
    const unread = [...files.keys()].filter((i) => known[i] === null);
    const cached = files.length - unread.length;
    const examined = await examineFiles(unread.map((i) => freshOf(files[i]!)));
    examined.forEach((found, n) => {
      const i = unread[n]!;
      if (found instanceof Error) warn(say(language, 'cli.audit.unreadable', { path: files[i]!.identity.path, detail: found.message }));
      else if (found !== null) {
        known[i] = found;
        fresh.set(i, found);
      }
    });
    const newest = newestSound(files, known, zone);
    const found = newest === null ? undefined : fresh.get(newest);
    // The age that counts is that of the content; it costs a second look at the newest copy only.
    if (newest !== null && found !== undefined) {
      const dated = { ...found, contentTime: await contentTimeOf(freshOf(files[newest]!)) };
      known[newest] = dated;
      fresh.set(newest, dated);
    }
    if (casebook !== null && fresh.size > 0) await casebook.putAuditedFiles([...fresh].map(([i, one]) => ({ identity: files[i]!.identity, found: one })), version);
    return { known, cached };
  } finally {
    await casebook?.close();
  }
}

const freshOf = (file: FoundFile): Fresh => ({ path: file.identity.path, packed: file.packed });

/** Index of the newest proven copy by name or file time. */
function newestSound(files: readonly FoundFile[], known: readonly (AuditedFile | null)[], zone: string): number | null {
  let best: { readonly i: number; readonly begun: number } | null = null;
  for (const [i, file] of files.entries()) {
    const { state, begun } = describe(file, known[i] ?? null, zone);
    if (state === 'good' && (best === null || begun >= best.begun)) best = { i, begun };
  }
  return best?.i ?? null;
}

function describe(file: FoundFile, found: AuditedFile | null, zone: string): FolderFile {
  const { path, size } = file.identity;
  const name = timeInName(path);
  const context = { readings: [{ kind: 'place' as const, name: zone }], collected: { notBefore: null, best: null, notAfter: null }, newest: null, booted: null };
  const named = name === null ? null : resolveStamp(name.stamp, context).best;
  const content = found?.contentTime ?? null;
  return {
    path, size, sha256: found?.sha256 ?? null, state: found === null ? (size === 0 ? 'empty' : /\.part$/.test(path) ? 'hung' : 'unchecked') : stateOf(path, found.verdict), verdict: found?.verdict ?? null,
    revision: found?.revision ?? null, keys: found?.keys ?? null, clusterId: found?.clusterId ?? null,
    takenAt: content ?? named ?? file.mtimeMs, takenBy: content !== null ? 'content' : named !== null ? 'name' : 'mtime', begun: named ?? file.mtimeMs,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

function asJson(verdict: FolderVerdict, folders: readonly string[], now: number, code: number, cached: number, language: Language): unknown {
  const file = (one: FolderFile) => ({ path: one.path, size: one.size, sha256: one.sha256, state: one.state, verdict: one.verdict, revision: one.revision, totalKeys: one.keys, clusterId: one.clusterId, takenAt: iso(one.takenAt), takenBy: one.takenBy });
  return {
    schemaVersion: 1, at: iso(now), folders, exitCode: code, outcome: verdict.outcome, read: verdict.files.length - cached, cached,
    newestGood: verdict.newest === null ? null : { ...file(verdict.newest), ageSeconds: Math.max(0, Math.round((now - verdict.newest.takenAt) / 1000)) },
    missed: verdict.missed.map(iso), findings: verdict.findings.map((one) => ({ code: one.code, severity: one.severity, message: say(language, `finding.${one.code}.message`, one.params) })), files: verdict.files.map(file),
  };
}

function inWords(verdict: FolderVerdict, read: number, cached: number, language: Language): string {
  const good = verdict.files.filter((file) => file.state === 'good').length;
  const bad = verdict.files.filter((file) => file.state !== 'good' && file.state !== 'unchecked').length;
  const lines = [say(language, 'cli.audit.summary', { good, total: verdict.files.length, bad, missed: verdict.missed.length, read, cached })];
  if (verdict.newest !== null) lines.push(say(language, 'cli.audit.newest', { path: verdict.newest.path, time: iso(verdict.newest.takenAt), revision: verdict.newest.revision ?? '?', keys: verdict.newest.keys ?? '?' }));
  for (const one of verdict.findings) lines.push(`${one.severity}: ${say(language, `finding.${one.code}.message`, one.params)}`, `  ${say(language, `finding.${one.code}.act`)}`);
  return `${lines.map((line) => terminalText(line)).join('\n')}\n`;
}
