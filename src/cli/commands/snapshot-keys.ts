import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { newestKeys, salvage } from '../../etcd/snapshot/salvage.js';
import { openBackend, rowsOf } from '../../etcd/mvcc.js';
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
      const salvaged = salvage(source);
      const rows = options.salvage === true ? salvaged.rows : salvaged.rows.filter((row) => row.confidence !== 'stale');
      const out: string[] = [];
      for (const { row, createRevision, modRevision, version, lease, value } of newestKeys(rows)) {
        const key = Buffer.from(row.key, 'latin1').toString('utf8');
        if (options.json === true) {
          const known = { key, modRevision: Number(modRevision), createRevision: Number(createRevision), version: Number(version), lease: BigInt.asUintN(64, lease).toString(16).padStart(16, '0'), valueLength: value.length, valueSha256: createHash('sha256').update(value).digest('hex') };
          out.push(JSON.stringify(options.salvage === true ? { ...known, confidence: row.confidence, page: row.page } : known));
        } else out.push(terminalText(options.salvage === true ? `${key}  ${modRevision}  ${row.confidence}  ${row.page}` : key));
      }
      process.stdout.write(out.length === 0 ? '' : `${out.join('\n')}\n`);
      if (options.salvage === true || (salvaged.lost.length === 0 && rows.every((row) => row.confidence === 'whole'))) return;
      process.stderr.write(`${say(language, 'bytes.cli.unreadable-keys')}\n`);
      process.exitCode = exitCode.findings;
    });
}
