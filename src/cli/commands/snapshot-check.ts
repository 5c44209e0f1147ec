import type { Command } from 'commander';
import { digestBeside } from '../../etcd/snapshot/digest-beside.js';
import { readSnapshot } from '../../etcd/snapshot/index.js';
import { quickLook } from '../../etcd/snapshot/quick.js';
import type { FileVerdict } from '../../etcd/verdict.js';
import { say } from '../../words/say.js';
import { databaseSource } from '../database-source.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { checkJson, checkText } from '../snapshot-text.js';

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
    .action((files: string[], options: CheckOptions) => {
      const sources = files.map((path) => ({ path, source: databaseSource(path, language) }));
      if (options.quick === true) {
        const looks = sources.map(({ path, source }) => ({ path, ...quickLook(source) }));
        if (options.json === true) process.stdout.write(`${JSON.stringify(looks.length === 1 ? looks[0] : looks, null, 2)}\n`);
        else for (const look of looks) process.stdout.write(`${look.path}: ${say(language, look.plausible ? 'bytes.quick.plausible' : 'bytes.quick.suspicious')}${look.remarks.map((remark) => `\n  ${remark}`).join('')}\n`);
        process.exitCode = looks.every((look) => look.plausible) ? exitCode.ok : exitCode.findings;
        return;
      }
      const verdicts: FileVerdict[] = [];
      const all: Record<string, unknown>[] = [];
      for (const { path, source } of sources) {
        const report = readSnapshot(source, { ...(options.keysHash ? {} : { keysHash: false }), digests: digestBeside(path, source.byteLength) });
        verdicts.push(report.verdict);
        if (options.json === true) all.push(checkJson(path, report));
        else process.stdout.write(checkText(path, report, language));
      }
      if (options.json === true) process.stdout.write(`${JSON.stringify(all.length === 1 ? all[0] : all, null, 2)}\n`);
      process.exitCode = exitOf(verdicts);
    });
}
