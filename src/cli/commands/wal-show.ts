import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { memberFiles } from '../../etcd/boot/member-files.js';
import { listWal, type ListedRecord, type WalListing } from '../../etcd/boot/wal-listing.js';
import { lineOfDataDir } from '../../etcd/boot/version-guess.js';
import type { ByteSource } from '../../formats/source.js';
import { parseSegmentName } from '../../formats/wal/index.js';
import { fileSource } from '../../intake/index.js';
import { terminalText } from '../../report/escape/terminal.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { jsonNumber } from '../boot-text.js';
import { openDataDirs } from '../data-dirs.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface WalShowOptions {
  readonly etcd?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

const segmentFileName = '0000000000000000-0000000000000000.wal';

/** Entries that people see without --all. */
const lastShown = 40;

async function segmentsOf(path: string, language: Language): Promise<{ readonly files: ReadonlyMap<string, ByteSource>; readonly version: string; readonly close: () => void }> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true && path.endsWith('.wal')) {
    const name = basename(path);
    // A copy under another name is still one segment.
    return { files: new Map([[parseSegmentName(name) === null ? segmentFileName : name, fileSource(path)]]), version: '3.5', close: () => undefined };
  }
  const { dirs, close } = await openDataDirs([path], language);
  if (dirs.length > 1) throw new Error(say(language, 'boot.cli.several-dirs', { path }));
  const { dir } = dirs[0]!;
  return { files: memberFiles(dir).wal, version: lineOfDataDir(dir) ?? '3.5', close };
}

function indexOption(text: string | undefined, language: Language): bigint | null {
  if (text === undefined) return null;
  if (!/^\d{1,19}$/.test(text)) throw new Error(say(language, 'wal.cli.bad-index', { text }));
  return BigInt(text);
}

function recordLine(record: ListedRecord): string {
  return `${record.index === null ? record.type : `${record.index} (term ${record.term ?? '?'})`}  ${record.what}  [${record.segment.slice(0, 16)}:${record.offset}]`;
}

function text(listing: WalListing, shown: readonly ListedRecord[], hidden: number, language: Language): string {
  const words = (key: string, params: Readonly<Record<string, string | number>> = {}): string => say(language, key, params);
  const lines = listing.segments.map(({ name, bytes, records, end }) => words('wal.segment', { name, bytes, records, end }));
  if (listing.memberId !== null) lines.push(words('wal.member', { member: listing.memberId, cluster: listing.clusterId ?? '?' }));
  if (listing.records.length > 0) lines.push(words('wal.state', { term: String(listing.term), commit: String(listing.commit), last: String(listing.lastIndex ?? '?') }));
  else if (listing.error === null) lines.push(words('wal.empty'));
  if (listing.superseded > 0) lines.push(words('wal.superseded', { count: listing.superseded }));
  if (hidden > 0) lines.push(words('wal.more', { count: hidden }));
  lines.push(...shown.map(recordLine));
  if (listing.error !== null) {
    const { segment, offset, message, repairable } = listing.error;
    lines.push(words('wal.broken', { segment, offset, message }), words(repairable ? 'wal.broken.repairable' : 'wal.broken.fatal'));
  }
  return `${lines.map(terminalText).join('\n')}\n`;
}

const recordJson = (record: ListedRecord): Record<string, unknown> => ({ ...record, index: jsonNumber(record.index), term: jsonNumber(record.term) });

/** `wal show PATH`: the records of a log. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<path>', say(language, 'wal.cli.path'))
    .option('--etcd <version>', say(language, 'boot.cli.etcd'))
    .option('--from <index>', say(language, 'wal.cli.from'))
    .option('--to <index>', say(language, 'wal.cli.to'))
    .option('--all', say(language, 'wal.cli.all'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy wal show /var/lib/etcd/member/wal\n  etcd-autopsy wal show data.tar.gz --from 4700 --json')
    .action(async (path: string, options: WalShowOptions) => {
      const from = indexOption(options.from, language);
      const to = indexOption(options.to, language);
      const { files, version, close } = await segmentsOf(path, language);
      try {
        const listing = listWal(files, options.etcd ?? version);
        const wanted = listing.records.filter(({ index }) => (from === null && to === null) || (index !== null && (from === null || index >= from) && (to === null || index <= to)));
        const shown = options.all === true || options.json === true || from !== null ? wanted : wanted.slice(-lastShown);
        if (options.json === true) {
          const { segments, memberId, clusterId, superseded, error } = listing;
          process.stdout.write(`${JSON.stringify({ path, segments, memberId, clusterId, term: jsonNumber(listing.term), commit: jsonNumber(listing.commit), lastIndex: jsonNumber(listing.lastIndex), superseded, error, records: shown.map(recordJson) }, null, 2)}\n`);
        } else process.stdout.write(text(listing, shown, wanted.length - shown.length, language));
        process.exitCode = listing.error === null && listing.records.length > 0 ? exitCode.ok : exitCode.findings;
      } finally {
        close();
      }
    });
}
