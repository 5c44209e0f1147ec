#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { say } from '../words/say.js';
import { commands, type CommandEntry } from './commands.js';
import { exitCode } from './exit-codes.js';
import { languageOf } from './language.js';

/** The entry named by the words of the command line: the longest path that matches. */
function called(argv: readonly string[]): CommandEntry | undefined {
  const words = argv.filter((word) => !word.startsWith('-')).join(' ');
  return [...commands]
    .sort((a, b) => b.path.length - a.path.length)
    .find((entry) => words === entry.path || words.startsWith(`${entry.path} `));
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Builds the whole tree of commands, but loads only the one that is called. */
export async function buildProgram(argv: readonly string[], loadAll = false): Promise<Command> {
  const language = languageOf(argv, process.env);
  const program = new Command('etcd-autopsy')
    .description(say(language, 'cli.description'))
    .version(version(), '-V, --version', say(language, 'cli.version'))
    .option('--lang <language>', say(language, 'cli.lang'))
    .helpOption('-h, --help', say(language, 'cli.help'))
    .addHelpText('after', `\n${say(language, 'cli.examples')}`);
  const groups = new Map<string, Command>();
  const chosen = called(argv);
  for (const entry of commands) {
    const words = entry.path.split(' ');
    let parent = program;
    for (const word of words.slice(0, -1)) {
      const group = groups.get(word) ?? parent.command(word).description(say(language, `cli.group.${word}`));
      groups.set(word, group);
      parent = group;
    }
    const command = parent.command(words[words.length - 1] ?? '').description(say(language, entry.summary));
    command.option('--lang <language>', say(language, 'cli.lang'));
    if (loadAll || entry === chosen) (await entry.load()).define(command);
  }
  return program;
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const program = await buildProgram(argv);
  program.exitOverride((error) => {
    process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    throw error;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) return;
    process.stderr.write(`etcd-autopsy: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCode.usage;
  }
}

await main();
