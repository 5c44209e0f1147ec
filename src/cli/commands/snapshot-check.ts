import type { Command } from 'commander';
import { quickLook } from '../../etcd/snapshot/quick.js';
import type { FileVerdict } from '../../etcd/verdict.js';
import { terminalText } from '../../report/escape/terminal.js';
import { say } from '../../words/say.js';
import { checkFiles } from '../check-files.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface CheckOptions {
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly keysHash: boolean;
}

/** 0 for an intact file, 3 where no digest lets anyone decide, else 1. */
function exitOf(verdicts: readonly FileVerdict[]): number {
  if (verdicts.every((verdict) => verdict === 'intact')) return exitCode.ok;
  return verdicts.every((verdict) => verdict === 'intact' || verdict === 'digest-absent') ? exitCode.inconclusive : exitCode.findings;
}

/** `snapshot check FILE...`: the whole verdict on each file. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file...>', say(language, 'bytes.cli.files'))
    .option('--json', say(language, 'cli.json'))
    .option('--quick', say(language, 'bytes.cli.quick'))
    .option('--no-keys-hash', say(language, 'bytes.cli.no-keys-hash'))
    .addHelpText('after', '\n  etcd-autopsy snapshot check snapshot.db\n  etcd-autopsy snapshot check /backup/*.db --json')
    .action(async (files: string[], options: CheckOptions) => {
      if (options.quick === true) {
        const looks = files.map((path) => ({ path, ...quickLook(databaseSource(path, language)) }));
        if (options.json === true) process.stdout.write(`${JSON.stringify(looks.length === 1 ? looks[0] : looks, null, 2)}\n`);
        else for (const look of looks) process.stdout.write(`${terminalText(look.path)}: ${say(language, look.plausible ? 'bytes.quick.plausible' : 'bytes.quick.suspicious')}${look.remarks.map((remark) => `\n  ${remark}`).join('')}\n`);
        process.exitCode = looks.every((look) => look.plausible) ? exitCode.ok : exitCode.findings;
        return;
      }
      const checked = await checkFiles(files, { keysHash: options.keysHash, json: options.json === true, language });
      if (options.json === true) process.stdout.write(`${JSON.stringify(checked.length === 1 ? checked[0]?.json : checked.map((one) => one.json), null, 2)}\n`);
      else for (const one of checked) process.stdout.write(one.text);
      process.exitCode = exitOf(checked.map((one) => one.verdict));
    });
}
