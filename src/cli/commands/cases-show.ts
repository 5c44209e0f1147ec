import type { Command } from 'commander';
import { say } from '../../words/say.js';
import { casebookOption, withCasebook } from '../casebook.js';
import { currentLanguage } from '../language.js';

/** `cases show ID`: title, recommendation and the notes of people; `--json` prints the whole case. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .argument('<id>', say(language, 'cli.cases.id'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy cases show 8a868df5')
    .action(async (id: string, options: { casebook?: string; json?: boolean }) =>
      withCasebook(options.casebook, language, async (casebook) => {
        const { entry, value, notes } = await casebook.readCase(id);
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
          return;
        }
        process.stdout.write(`${entry.id}  ${entry.analysedAt}  ${entry.title}\n${value.recommendation.why.map((w) => `  ${w.text}\n`).join('')}`);
        const sections = Object.entries(notes);
        if (sections.length > 0) process.stdout.write(`${say(language, 'cli.cases.notes')}\n`);
        for (const [name, text] of sections) process.stdout.write(`  ${name}: ${text}\n`);
      }),
    );
}
