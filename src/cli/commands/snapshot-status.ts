import type { Command } from 'commander';
import { digestBeside } from '../../etcd/snapshot/digest-beside.js';
import { snapshotStatus } from '../../etcd/snapshot/status.js';
import { outputFormats, statusText, toolStyle, type OutputFormat } from '../../etcd/snapshot/status-text.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface StatusOptions {
  readonly writeOut: string;
  readonly compat: string;
  readonly compatExit?: boolean;
  readonly json?: boolean;
}

/** The named output format; throws a sentence for people. */
export function outputFormat(name: string): OutputFormat {
  const format = outputFormats.find((known) => known === name);
  if (format === undefined) throw new Error(say(currentLanguage(), 'bytes.cli.format', { name, known: outputFormats.join(', ') }));
  return format;
}

/** `snapshot status FILE`: what etcdctl or etcdutl of a version print, and what they do not read: the digest. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'bytes.cli.file'))
    .option('-w, --write-out <format>', say(language, 'bytes.cli.write-out'), 'simple')
    .option('--json', say(language, 'cli.json'))
    .option('--compat <version>', say(language, 'bytes.cli.compat'), '3.7')
    .option('--compat-exit', say(language, 'bytes.cli.compat-exit'))
    .addHelpText('after', '\n  etcd-autopsy snapshot status snapshot.db -w table --compat 3.5.16')
    .action((file: string, options: StatusOptions) => {
      const style = toolStyle(options.compat);
      if (style === null) throw new Error(say(language, 'bytes.cli.unknown-version', { version: options.compat }));
      const format = options.json === true ? 'json' : outputFormat(options.writeOut);
      const source = databaseSource(file, language);
      const { numbers, ending, digest } = snapshotStatus(source, style.line, digestBeside(file, source.byteLength));
      if (numbers !== null) process.stdout.write(statusText(numbers, format, style));
      else {
        process.stderr.write(`Error: ${ending?.message ?? ''}\n`);
        process.exitCode = options.compatExit === true && ending?.kind !== 'exit' ? 2 : exitCode.findings;
      }
      if (digest.state === 'right' || options.compatExit === true) return;
      process.stderr.write(`${say(language, `bytes.digest.${digest.state}`)}\n`);
      if (digest.state !== 'absent') process.exitCode = exitCode.findings;
    });
}
