import type { Command } from 'commander';
import { CasebookError, casebookFolder, openCasebook, type Casebook } from '../casebook/index.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { exitCode } from './exit-codes.js';

/** The option that every command about earlier cases shares. */
export function casebookOption(command: Command, language: Language): Command {
  return command.option('--casebook <dir>', say(language, 'cli.casebook'));
}

/**
 * Opens the casebook for one command and closes it afterwards. A store error is said in the words of
 * the user and ends with the exit code for unusable input.
 */
export async function withCasebook(
  given: string | undefined,
  language: Language,
  action: (casebook: Casebook) => Promise<void>,
): Promise<void> {
  let casebook: Casebook | null = null;
  try {
    casebook = await openCasebook(casebookFolder(given, process.env));
    await action(casebook);
  } catch (error) {
    if (!(error instanceof CasebookError)) throw error;
    process.stderr.write(`etcd-autopsy: ${say(language, `error.${error.code}`, error.params)}\n`);
    process.exitCode = exitCode.usage;
  } finally {
    await casebook?.close();
  }
}
