import type { Command } from 'commander';
import { surveyWrites, type KubeSurvey } from '../../kubernetes/index.js';
import { occupancy, type NamedSize } from '../../kubernetes/occupancy.js';
import { terminalText } from '../../report/escape/terminal.js';
import { clockOf, timeOfRevision } from '../../time/revision-clock.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { currentLanguage } from '../language.js';
import { openWrites } from '../stored-writes.js';
import { bytesText, textTable } from '../text-table.js';
import { secondsUtc } from '../utc.js';

/** `snapshot objects FILE`: what is in it, by kind and namespace, and what fills it. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'kubernetes.cli.file'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy snapshot objects snapshot.db\n  etcd-autopsy snapshot objects /copy/of/var/lib/etcd --json')
    .action((file: string, options: { readonly json?: boolean }) => {
      const input = openWrites(file, language);
      const survey = surveyWrites(input.writes());
      input.warn();
      process.stdout.write(options.json === true ? `${JSON.stringify(asJson(survey), null, 2)}\n` : asText(survey, language));
    });
}

function asJson(survey: KubeSurvey): object {
  return {
    counts: survey.counts,
    liveKeys: survey.live.size,
    revision: survey.newestRevision,
    ...occupancy(survey),
    prefixes: survey.prefixes,
    storage: survey.storage,
    encryption: survey.encryption,
    unreadable: survey.unreadable,
  };
}

function asText(survey: KubeSurvey, language: Language): string {
  const filled = occupancy(survey);
  const lines: string[] = [];
  const newest = survey.newestRevision;
  const best = newest === null ? null : timeOfRevision(clockOf(survey), BigInt(newest)).time.best;
  lines.push(say(language, 'kubernetes.objects.head', { keys: survey.live.size, revision: newest ?? '?', time: best === null ? '?' : secondsUtc(best) }));
  if (survey.prefixes.length === 0) lines.push(say(language, 'kubernetes.not-kubernetes'));
  const shares = (title: string, map: typeof filled.byResource): void => {
    const rows = Object.entries(map).map(([name, s]) => [name, String(s.keys), bytesText(s.bytes), String(s.revisions), bytesText(s.heldBytes)]);
    if (rows.length > 0) lines.push('', textTable([[title, ...['keys', 'size', 'revisions', 'held'].map((w) => say(language, `kubernetes.objects.${w}`))], ...rows], [1, 2, 3, 4]));
  };
  shares(say(language, 'kubernetes.objects.resource'), filled.byResource);
  shares(say(language, 'kubernetes.objects.namespace'), filled.byNamespace);
  const objects = (title: string, list: readonly NamedSize[]): void => {
    if (list.length === 0) return;
    const rows = list.map((o) => [o.resource, o.namespace === null ? o.name : `${o.namespace}/${o.name}`, bytesText(o.bytes), String(o.revisions), bytesText(o.heldBytes)]);
    lines.push('', textTable([[say(language, title), '', ...['size', 'revisions', 'held'].map((w) => say(language, `kubernetes.objects.${w}`))], ...rows], [2, 3, 4]));
  };
  objects('kubernetes.objects.largest', filled.largest);
  objects('kubernetes.objects.most-revised', filled.mostRevised);
  for (const e of survey.encryption)
    lines.push('', say(language, 'kubernetes.objects.encrypted', { provider: e.provider, keyName: e.keyName, what: Object.entries(e.resources).map(([r, n]) => `${n} ${terminalText(r)}`).join(', ') }));
  if (survey.unreadable.rows > 0) lines.push('', say(language, 'kubernetes.objects.unreadable', { rows: survey.unreadable.rows, keys: survey.unreadable.keys.slice(0, 5).map(terminalText).join(', ') }));
  return `${lines.join('\n')}\n`;
}
