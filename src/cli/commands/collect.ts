import { chmodSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { collectorScript } from '../../recovery/collector.js';
import { say } from '../../words/say.js';
import { currentLanguage } from '../language.js';

function count(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError(`${text} is no number of snapshots`);
  return Number(text);
}

/** `collect`: prints the collector for a broken host; nothing is run here. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .option('--with-data', say(language, 'collect.with-data'))
    .option('--snapshots <n>', say(language, 'collect.snapshots'), count, 5)
    .option('-o, --output <file>', say(language, 'collect.output'))
    .addHelpText('after', `
  etcd-autopsy collect > collect.sh
  scp collect.sh root@node1: && ssh root@node1 sh collect.sh
  etcd-autopsy collect --with-data --output collect.sh
  ssh root@node1 'sh -s -- --out /tmp' < collect.sh
  etcd-autopsy analyze etcd-autopsy-node1-*.tar.gz`)
    .action((options: { withData?: boolean; snapshots: number; output?: string }) => {
      const script = collectorScript({ ...options, withData: options.withData === true });
      if (options.output === undefined) {
        process.stdout.write(script);
        return;
      }
      writeFileSync(options.output, script, { mode: 0o755 });
      chmodSync(options.output, 0o755);
      process.stderr.write(`${say(language, 'collect.written', { path: options.output, name: basename(options.output) })}\n`);
    });
}
