import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { say } from '../../words/say.js';
import { casebookOption, withCasebook } from '../casebook.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

/** `cases export ID [--out FILE]`: the case and the notes of people as one JSON object. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .argument('<id>', say(language, 'cli.cases.id'))
    .option('--out <file>', say(language, 'cli.out-file'))
    .option('--force', say(language, 'cli.force'))
    .addHelpText('after', '\n  etcd-autopsy cases export 8a868df5 --out case.json')
    .action(async (id: string, options: { casebook?: string; out?: string; force?: boolean }) =>
      withCasebook(options.casebook, language, async (casebook) => {
        const { entry, value, notes } = await casebook.readCase(id);
        const text = `${JSON.stringify({ case: value, notes }, null, 2)}\n`;
        if (options.out === undefined) {
          process.stdout.write(text);
        } else if (existsSync(options.out) && options.force !== true) {
          process.stderr.write(`etcd-autopsy: ${say(language, 'cli.cases.exists', { file: options.out })}\n`);
          process.exitCode = exitCode.usage;
        } else {
          writeFileSync(options.out, text);
          process.stdout.write(`${say(language, 'cli.cases.exported', { id: entry.id, file: options.out })}\n`);
        }
      }),
    );
}
