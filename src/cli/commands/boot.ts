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

/** Prints the prediction for one directory; returns how the command ends. */
function tellMember({ path, dir }: NamedDataDir, version: Version, json: boolean, language: Language): number {
  const report = predictBoot(dir, version);
  process.stdout.write(json ? `${JSON.stringify(bootJson(path, version.text, report), null, 2)}\n` : `${bootText(path, version, report, language)}${say(language, 'boot.advice.copy')}\n`);
  return exitOf([report]);
}

/** Prints the prediction for the members of one cluster; returns how the command ends. */
function tellCluster(dirs: readonly NamedDataDir[], version: Version, json: boolean, language: Language): number {
  const names = dirs.map(({ path }) => path);
  const cluster = predictCluster(dirs.map(({ dir }) => dir), version);
  if (json) process.stdout.write(`${JSON.stringify(clusterJson(names, version.text, cluster), null, 2)}\n`);
  else {
    for (const [at, report] of cluster.members.entries()) process.stdout.write(bootText(names[at]!, version, report, language));
    process.stdout.write(clusterText(names, cluster, language));
    process.stdout.write(`${say(language, 'boot.advice.copy')}\n`);
  }
  const safe = cluster.agree !== false && cluster.scenarios.length > 0 && cluster.scenarios.every((scenario) => !scenario.rewritesHistory && scenario.members.every((member) => member.result === 'ready'));
  return safe ? exitCode.ok : exitCode.findings;
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
      const { dirs, changed, close } = await openDataDirs(paths, language);
      try {
        const version = versionFor(options.etcd, dirs, language);
        const json = options.json === true;
        process.exitCode = dirs.length === 1 ? tellMember(dirs[0]!, version, json, language) : tellCluster(dirs, version, json, language);
        const [written] = changed();
        if (written === undefined) return;
        process.stderr.write(`etcd-autopsy: ${say(language, 'boot.cli.changed', { path: written })}\n`);
        process.exitCode = exitCode.inconclusive;
      } finally {
        close();
      }
    });
}
