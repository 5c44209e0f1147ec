import { InvalidArgumentError, type Command } from 'commander';
import { serve } from '../../web/server.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { casebookOption, withCasebook } from '../casebook.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { toolVersion } from '../tool-version.js';

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

interface Options {
  readonly host: string;
  readonly port: number;
  readonly casebook?: string;
  readonly allowRemote?: boolean;
}

function portOf(text: string, language: Language): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError(say(language, 'cli.serve.no-port', { text }));
  return Number(text);
}

/** Resolves when the user ends the program. It listens on: a second Ctrl-C must not cut the clean-up short. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
  });
}

/** `serve`: the local web page, until Ctrl-C. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return casebookOption(command, language)
    .option('--host <address>', say(language, 'cli.serve.host'), '127.0.0.1')
    .option('--port <port>', say(language, 'cli.serve.port'), (text: string) => portOf(text, language), 0)
    .option('--allow-remote', say(language, 'cli.serve.allow-remote'))
    .addHelpText('after', '\n  etcd-autopsy serve\n  etcd-autopsy serve --port 8790')
    .action(async (options: Options) => {
      if (!loopback.has(options.host) && options.allowRemote !== true) {
        process.stderr.write(`etcd-autopsy: ${say(language, 'cli.serve.not-loopback', { host: options.host })}\n`);
        process.exitCode = exitCode.usage;
        return;
      }
      await withCasebook(options.casebook, language, async (casebook) => {
        try {
          const site = await serve({ host: options.host, port: options.port, casebook, toolVersion: toolVersion() });
          process.stdout.write(`${say(language, 'cli.serve.open', { address: site.address })}\n`);
          await interrupted();
          await site.close();
        } catch (error) {
          if (!(error instanceof Error && 'syscall' in error)) throw error;
          process.stderr.write(`etcd-autopsy: ${say(language, 'cli.serve.port-taken', { port: options.port, error: error.message })}\n`);
          process.exitCode = exitCode.usage;
        }
      });
    });
}
