#!/usr/bin/env node
import type { Command, CommanderError } from 'commander';
import { exitCode } from './exit-codes.js';
import { headStart } from './head-start.js';

/** A command and all below it: commander does not hand its exit on to commands that exist already. */
function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  headStart(argv);
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
    process.stderr.write(`etcd-autopsy: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCode.usage;
  }
}

await main();
