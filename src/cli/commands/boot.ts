import type { Command } from 'commander';
import { predictCluster } from '../../etcd/boot/cluster.js';
import { predictBoot, type BootPrediction } from '../../etcd/boot/index.js';
import { lineOfDataDir } from '../../etcd/boot/version-guess.js';
import { etcdLine, type EtcdLine, type EtcdRelease } from '../../etcd/version.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { bootJson, bootText, clusterJson, clusterText } from '../boot-text.js';
import { openDataDirs, type NamedDataDir } from '../data-dirs.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';

interface BootCommandOptions {
  readonly etcd?: string;
  readonly json?: boolean;
}

interface Version extends EtcdRelease {
  readonly text: string;
  readonly assumed: boolean;
}

const fallback: EtcdLine = '3.5';

function versionFor(asked: string | undefined, dirs: readonly NamedDataDir[], language: Language): Version {
  if (asked !== undefined) {
    const line = /^v?3\.\d+(\.\d+)?$/.test(asked) ? etcdLine(asked) : null;
    if (line === null) throw new Error(say(language, 'boot.cli.bad-version', { version: asked }));
    const bare = asked.replace(/^v/, '');
    return { line, version: bare.split('.').length === 3 ? bare : undefined, text: bare, assumed: false };
  }
  for (const { dir } of dirs) {
    const line = lineOfDataDir(dir);
    if (line !== null) return { line, text: line, assumed: false };
  }
  return { line: fallback, text: fallback, assumed: true };
}

function exitOf(reports: readonly BootPrediction[]): number {
  if (reports.every((report) => report.result === 'ready' && report.hazard === null && report.writable === true)) return exitCode.ok;
  return reports.every((report) => report.result === 'unknown') ? exitCode.inconclusive : exitCode.findings;
}

/** `boot DIR...`: would etcd start from it, and what would it serve? */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<dir...>', say(language, 'boot.cli.dirs'))
    .option('--etcd <version>', say(language, 'boot.cli.etcd'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy boot /var/lib/etcd --etcd 3.5.16\n  etcd-autopsy boot member1.tar.gz member2.tar.gz member3.tar.gz --json')
    .action(async (paths: string[], options: BootCommandOptions) => {
      const { dirs, close } = await openDataDirs(paths, language);
      try {
        const version = versionFor(options.etcd, dirs, language);
        const names = dirs.map(({ path }) => path);
        if (dirs.length === 1) {
          const report = predictBoot(dirs[0]!.dir, version);
          process.stdout.write(options.json === true ? `${JSON.stringify(bootJson(names[0]!, version.text, report), null, 2)}\n` : `${bootText(names[0]!, version, report, language)}${say(language, 'boot.advice.copy')}\n`);
          process.exitCode = exitOf([report]);
          return;
        }
        const cluster = predictCluster(dirs.map(({ dir }) => dir), version);
        if (options.json === true) process.stdout.write(`${JSON.stringify(clusterJson(names, version.text, cluster), null, 2)}\n`);
        else {
          for (const [at, report] of cluster.members.entries()) process.stdout.write(bootText(names[at]!, version, report, language));
          process.stdout.write(clusterText(names, cluster, language));
          process.stdout.write(`${say(language, 'boot.advice.copy')}\n`);
        }
        const safe = cluster.agree !== false && cluster.scenarios.length > 0 && cluster.scenarios.every((scenario) => !scenario.rewritesHistory && scenario.members.every((member) => member.result === 'ready'));
        process.exitCode = safe ? exitCode.ok : exitCode.findings;
      } finally {
        close();
      }
    });
}
