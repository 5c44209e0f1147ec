#!/usr/bin/env node
import type { Command, CommanderError } from 'commander';
import { areasNeeded } from './commands.js';
import { exitCode } from './exit-codes.js';
import { headStart } from './head-start.js';
import { currentLanguage, languageOf, speaksOnce } from './language.js';
import { speakOnly } from '../words/spoken.js';

/** A command and all below it: commander does not hand its exit on to commands that exist already. */
function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** What ended a command, in words; an error of the file system that no command has put into words also says what to do. */
async function messageOf(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  if (!('path' in error && 'syscall' in error && 'code' in error)) return error.message;
  const { say } = await import('../words/say.js');
  return say(currentLanguage(), 'cli.file-error', { path: String(error.path), reason: String(error.code) });
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  if (speaksOnce(argv)) speakOnly(languageOf(argv, process.env), areasNeeded(argv));
  const { buildProgram } = await import('./program.js');
  const program = await buildProgram(argv);
  const usage = (error: CommanderError): never => {
    process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    throw error;
  };
  for (const command of withSubcommands(program)) command.exitOverride(usage);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) return;
    process.stderr.write(`etcd-autopsy: ${await messageOf(error)}\n`);
    process.exitCode = exitCode.usage;
  }
}

/** `| head` closes the pipe when it has enough: the rest goes nowhere, and what else the command does is still done. */
function bearClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

headStart(process.argv.slice(2));
bearClosedPipes();
await main();
