import { Argument, type Command } from 'commander';
import { say } from '../../words/say.js';
import { completionScript, shells, type Shell } from '../completion.js';
import { currentLanguage } from '../language.js';

/** `completion`: prints the completion script of a shell. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .addArgument(new Argument('<shell>', say(language, 'cli.completion.shell')).choices(shells))
    .addHelpText('after', '\n  source <(etcd-autopsy completion bash)\n  etcd-autopsy completion fish > ~/.config/fish/completions/etcd-autopsy.fish')
    .action((shell: Shell) => {
      process.stdout.write(completionScript(command.parent ?? command, shell));
    });
}
