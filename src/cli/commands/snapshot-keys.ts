import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { newestKeys, salvage } from '../../etcd/snapshot/salvage.js';
import { openBackend, rowsOf } from '../../etcd/mvcc.js';
import type { ByteSource } from '../../formats/source.js';
import { eachLiveRow } from '../../kubernetes/live-rows.js';
import type { PlainWrite } from '../../kubernetes/plain-write.js';
import { terminalText } from '../../report/escape/terminal.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface KeysOptions {
  readonly json?: boolean;
  readonly bucket?: string;
  readonly salvage?: boolean;
}

/** Numbers of the newest row of a key, and its value. */
interface NewestRow {
  readonly modRevision: bigint;
  readonly createRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
  readonly value: Uint8Array;
}

/** One key as JSON shows it: its value by length and digest alone. */
function described(key: string, { modRevision, createRevision, version, lease, value }: NewestRow): object {
  return { key, modRevision: Number(modRevision), createRevision: Number(createRevision), version: Number(version), lease: BigInt.asUintN(64, lease).toString(16).padStart(16, '0'), valueLength: value.length, valueSha256: createHash('sha256').update(value).digest('hex') };
}

/** Lines on the live keys of a file that is sound all through, by bytes of the key; null for any other. */
function liveKeysOf(source: ByteSource, json: boolean): readonly string[] | null {
  const lines: { readonly bytes: Buffer; readonly line: string }[] = [];
  const whole = eachLiveRow(source, (write) => {
    const bytes = Buffer.from(write.key);
    if (bytes.length === 0) return;
    const key = bytes.toString('utf8');
    lines.push({ bytes, line: json ? JSON.stringify(described(key, { ...numbersOf(write), value: write.value ?? new Uint8Array() })) : terminalText(key) });
  });
  return whole ? lines.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ line }) => line) : null;
}

const numbersOf = ({ revision, createRevision, version, lease }: PlainWrite): Omit<NewestRow, 'value'> => ({ modRevision: revision, createRevision, version, lease });

function print(lines: readonly string[]): void {
  process.stdout.write(lines.length === 0 ? '' : `${lines.join('\n')}\n`);
}

/** `snapshot keys FILE`: live keys with their revisions; with --salvage what survives anywhere in the file. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'bytes.cli.file'))
    .option('--json', say(language, 'cli.json'))
    .option('--salvage', say(language, 'bytes.cli.salvage-flag'))
    .option('--bucket <name>', say(language, 'bytes.cli.bucket'))
    .addHelpText('after', '\n  etcd-autopsy snapshot keys snapshot.db\n  etcd-autopsy snapshot keys broken.db --salvage --json\n  etcd-autopsy snapshot keys snapshot.db --bucket members')
    .action((file: string, options: KeysOptions) => {
      const source = databaseSource(file, language);
      if (options.bucket !== undefined) {
        for (const row of rowsOf(openBackend(source), options.bucket)) process.stdout.write(`${Buffer.from(row.key).toString('hex')}\n`);
        return;
      }
      const sound = options.salvage === true ? null : liveKeysOf(source, options.json === true);
      if (sound !== null) {
        print(sound);
        return;
      }
      const salvaged = salvage(source);
      const rows = options.salvage === true ? salvaged.rows : salvaged.rows.filter((row) => row.confidence !== 'stale');
      const out: string[] = [];
      for (const found of newestKeys(salvaged, rows)) {
        const { row, modRevision } = found;
        const key = Buffer.from(row.key, 'latin1').toString('utf8');
        if (options.json === true) out.push(JSON.stringify(options.salvage === true ? { ...described(key, found), confidence: row.confidence, page: row.page } : described(key, found)));
        else out.push(terminalText(options.salvage === true ? `${key}  ${modRevision}  ${row.confidence}  ${row.page}` : key));
      }
      print(out);
      if (options.salvage === true || (salvaged.lost.length === 0 && rows.every((row) => row.confidence === 'whole'))) return;
      process.stderr.write(`${say(language, 'bytes.cli.unreadable-keys')}\n`);
      process.exitCode = exitCode.findings;
    });
}
