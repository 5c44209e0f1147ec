import type { Command } from 'commander';
import { say } from '../../words/say.js';
import { casebookOption, withCasebook } from '../casebook.js';
import { currentLanguage } from '../language.js';

/** `cases rm ID`: removes one case with its notes; verdicts of files stay. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .argument('<id>', say(language, 'cli.cases.id'))
    .addHelpText('after', '\n  etcd-autopsy cases rm 8a868df5')
    .action(async (id: string, options: { casebook?: string }) =>
      withCasebook(options.casebook, language, async (casebook) => {
        const { entry } = await casebook.readCase(id);
        await casebook.removeCase(entry.id);
        process.stdout.write(`${say(language, 'cli.cases.removed', { id: entry.id })}\n`);
      }),
    );
}
