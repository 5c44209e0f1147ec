import type { Command } from 'commander';
import { say } from '../../words/say.js';
import { casebookOption, withCasebook } from '../casebook.js';
import { currentLanguage } from '../language.js';

/** `cases list`: id, time of analysis, recommendation and title of every case, newest first. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy cases list --json')
    .action(async (options: { casebook?: string; json?: boolean }) =>
      withCasebook(options.casebook, language, async (casebook) => {
        const cases = await casebook.cases();
        if (options.json === true) process.stdout.write(`${JSON.stringify(cases, null, 2)}\n`);
        else if (cases.length === 0) process.stdout.write(`${say(language, 'cli.cases.none')}\n`);
        else for (const c of cases) process.stdout.write(`${c.id}  ${c.analysedAt.slice(0, 16)}Z  ${(c.outcome ?? c.recommendation).padEnd(22)}  ${c.title}\n`);
      }),
    );
}
