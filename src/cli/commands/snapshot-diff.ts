import type { Command } from 'commander';
import { changedPathsOf, differencesBetween, type ObjectDifference } from '../../kubernetes/difference.js';
import { suspiciousChanges, surveyWrites } from '../../kubernetes/index.js';
import { terminalText } from '../../report/escape/terminal.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { currentLanguage } from '../language.js';
import { openWrites } from '../stored-writes.js';
import { kindWords } from '../kind-option.js';
import { suspicionText } from '../suspicion-text.js';

interface Options {
  readonly json?: boolean;
  readonly namespace?: string;
  readonly kind?: readonly string[];
  readonly fields?: boolean;
  readonly all?: boolean;
}

/** `snapshot diff EARLIER LATER`: objects added, changed and removed. Values are never printed. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<earlier>', say(language, 'kubernetes.cli.diff.earlier'))
    .argument('<later>', say(language, 'kubernetes.cli.diff.later'))
    .option('-n, --namespace <name>', say(language, 'kubernetes.cli.namespace'))
    .option('-k, --kind <kind>', say(language, 'kubernetes.cli.kind'), kindWords)
    .option('--fields', say(language, 'kubernetes.cli.diff.fields'))
    .option('--all', say(language, 'kubernetes.cli.diff.all'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy snapshot diff monday.db tuesday.db\n  etcd-autopsy snapshot diff monday.db tuesday.db --namespace shop --fields\n  etcd-autopsy snapshot diff monday.db tuesday.db --kind deploy,secret --json')
    .action((earlierPath: string, laterPath: string, options: Options) => {
      const [earlier, later] = [openWrites(earlierPath, language), openWrites(laterPath, language)];
      const [before, after] = [surveyWrites(earlier.writes(), false), surveyWrites(later.writes(), false)];
      earlier.warn();
      later.warn();
      const differences = differencesBetween(before, after, { namespace: options.namespace ?? null, kinds: options.kind ?? [] });
      const shown = options.all === true || options.json === true ? differences : differences.filter((d) => !d.noise);
      const paths = options.fields === true ? changedPathsOf(earlier.writes(), later.writes(), shown) : null;
      if (options.json === true) {
        const list = (change: ObjectDifference['change']): object[] =>
          shown.filter((d) => d.change === change).map(({ key, resource, namespace, name }) => ({ resource, namespace, name, ...(paths === null || change !== 'changed' ? {} : { fields: paths.get(key) ?? [] }) }));
        process.stdout.write(`${JSON.stringify({ added: list('added'), removed: list('removed'), changed: list('changed') }, null, 2)}\n`);
        return;
      }
      const lines = suspiciousChanges(before, after).map((s) => `! ${suspicionText(s, language)}`);
      lines.push(...shown.flatMap((d) => [line(d), ...(paths?.get(d.key) ?? []).map((path) => `    ${terminalText(path)}`)]), summary(shown, differences.length - shown.length, language));
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

const sign = { added: '+', removed: '-', changed: '~' } as const;

function line(d: ObjectDifference): string {
  return terminalText(`${sign[d.change]} ${d.resource} ${d.namespace === null ? d.name : `${d.namespace}/${d.name}`}`);
}

function summary(shown: readonly ObjectDifference[], folded: number, language: Language): string {
  const count = (change: ObjectDifference['change']): number => shown.filter((d) => d.change === change).length;
  const text = say(language, 'kubernetes.diff.summary', { added: count('added'), removed: count('removed'), changed: count('changed') });
  return folded === 0 ? text : `${text} ${say(language, 'kubernetes.diff.folded', { folded })}`;
}
