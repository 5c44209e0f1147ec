import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { say } from '../../words/say.js';
import { currentLanguage } from '../language.js';
import { define as defineAnalyze } from './analyze.js';

const sample = fileURLToPath(new URL('../../../samples/kubekey-powercut/bundle', import.meta.url));
const folder = 'etcd-autopsy-demo';

/** `demo`: `analyze` on the packaged sample, into a folder of its own that may be written again. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .option('-o, --out <dir>', say(language, 'cli.demo.out'), folder)
    .option('--no-pdf', say(language, 'cli.analyze.no-pdf'))
    .option('--browser <program>', say(language, 'cli.analyze.browser'))
    .addHelpText('after', '\n  etcd-autopsy demo\n  etcd-autopsy demo --lang zh-CN')
    .action(async (options: { readonly out: string; readonly pdf: boolean; readonly browser?: string }) => {
      process.stderr.write(`${say(language, 'cli.demo.about')}\n`);
      const words = [sample, '--out', options.out, '--force', ...(options.pdf ? [] : ['--no-pdf']), ...(options.browser === undefined ? [] : ['--browser', options.browser])];
      await defineAnalyze(new Command('analyze')).parseAsync(words, { from: 'user' });
    });
}
