import { Command } from 'commander';
import { say } from '../words/say.js';
import { areasNeeded, calledCommand, commands } from './commands.js';
import { languageOption } from './language-option.js';
import { languageOf } from './language.js';
import { toolVersion } from './tool-version.js';

/** Builds the tree of commands, but loads only the one that is called; one that brings no words for the others stands alone. */
export async function buildProgram(argv: readonly string[], loadAll = false): Promise<Command> {
  const language = languageOf(argv, process.env);
  const program = new Command('etcd-autopsy')
    .description(say(language, 'cli.description'))
    .version(toolVersion(), '-V, --version', say(language, 'cli.version'))
    .option('--lang <language>', say(language, 'cli.lang'), languageOption)
    .helpOption('-h, --help', say(language, 'cli.help'))
    .addHelpText('after', `\n${say(language, 'cli.examples')}`)
    .showHelpAfterError(say(language, 'cli.see-help'));
  const groups = new Map<string, Command>();
  const chosen = calledCommand(argv);
  const alone = chosen !== undefined && areasNeeded(argv) !== undefined && !loadAll;
  for (const entry of alone ? [chosen] : commands) {
    const words = entry.path.split(' ');
    let parent = program;
    for (const word of words.slice(0, -1)) {
      const group = groups.get(word) ?? parent.command(word).description(say(language, `cli.group.${word}`));
      groups.set(word, group);
      parent = group;
    }
    const command = parent.command(words[words.length - 1] ?? '').description(say(language, entry.summary));
    command.showHelpAfterError(say(language, 'cli.see-help-of', { command: entry.path }));
    command.option('--lang <language>', say(language, 'cli.lang'), languageOption);
    if (loadAll || chosen?.wholeTree === true || entry === chosen) (await entry.load()).define(command);
  }
  return program;
}
