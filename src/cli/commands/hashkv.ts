import type { Command } from 'commander';
import { hashKv } from '../../etcd/snapshot/hash-kv.js';
import { hashKvText, toolStyle } from '../../etcd/snapshot/status-text.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { outputFormat } from './snapshot-status.js';

/** `hashkv FILE`: the hash that members of one cluster must agree on, without touching the file. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'bytes.cli.file'))
    .option('--rev <revision>', say(language, 'bytes.cli.rev'), '0')
    .option('-w, --write-out <format>', say(language, 'bytes.cli.write-out'), 'simple')
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy hashkv member/snap/db --rev 4711 --json')
    .action((file: string, options: { rev: string; writeOut: string; json?: boolean }) => {
      if (!/^\d{1,19}$/.test(options.rev)) throw new Error(say(language, 'bytes.cli.bad-revision', { text: options.rev }));
      const format = options.json === true ? 'json' : outputFormat(options.writeOut);
      const result = hashKv(databaseSource(file, language), BigInt(options.rev));
      if (typeof result === 'string') {
        process.stderr.write(`${say(language, `bytes.hashkv.${result}`, { revision: options.rev })}\n`);
        process.exitCode = exitCode.findings;
        return;
      }
      process.stdout.write(hashKvText(result, format, toolStyle('3.7') ?? { line: '3.7', boxes: true }));
    });
}
