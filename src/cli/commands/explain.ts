import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { explain } from '../../diagnosis/explain/index.js';
import { explanationText } from '../../diagnosis/explain/text.js';
import { terminalText } from '../../report/escape/terminal.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

const mostBytes = 64 * 2 ** 20;

/** `explain`: pasted lines, a log file or standard input in plain words. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('[text...]', say(language, 'explain.cli.text'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', "\n  etcd-autopsy explain 'panic: freepages: failed to get all reachable pages (page 0: invalid type: unknown<00>)'\n  etcd-autopsy explain etcd.log\n  journalctl -u etcd -n 200 --no-pager | etcd-autopsy explain --lang zh-CN")
    .action((words: readonly string[], options: { readonly json?: boolean }) => {
      const explained = explain(inputOf(words, language), language);
      if (options.json === true) process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
      else process.stdout.write(`${explanationText(explained, language).split('\n').map((line) => terminalText(line)).join('\n')}\n`);
      if (explained.matches.length === 0) process.exitCode = exitCode.inconclusive;
    });
}

function inputOf(words: readonly string[], language: Language): string {
  if (words.length === 0 || (words.length === 1 && words[0] === '-')) return readText(0, language);
  if (words.length === 1 && statSync(words[0]!, { throwIfNoEntry: false })?.isFile() === true) {
    const handle = openSync(words[0]!, 'r');
    try {
      return readText(handle, language);
    } finally {
      closeSync(handle);
    }
  }
  return words.join(words.some((word) => word.includes('\n')) ? '\n' : ' ');
}

/** Reads a file or a pipe to its end, at most `mostBytes`. */
function readText(handle: number, language: Language): string {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= mostBytes) {
    const chunk = Buffer.alloc(65_536);
    let read: number;
    try {
      read = readSync(handle, chunk, 0, chunk.length, null);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') continue;
      if (error instanceof Error && 'code' in error && error.code === 'EOF') break;
      throw error;
    }
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    size += read;
  }
  if (size > mostBytes) process.stderr.write(`etcd-autopsy: ${say(language, 'explain.cli.too-long', { size: mostBytes / 2 ** 20 })}\n`);
  return Buffer.concat(chunks).toString('utf8');
}
