import type { Command } from 'commander';
import { surveyWrites } from '../../kubernetes/index.js';
import { terminalText } from '../../report/escape/terminal.js';
import { clockOf, timeOfRevision, type RevisionClock } from '../../time/revision-clock.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { exitCode } from '../exit-codes.js';
import { currentLanguage } from '../language.js';
import { revisionOf } from '../revision-argument.js';
import { openWrites } from '../stored-writes.js';
import { intervalJson, rfc3339Utc } from '../utc.js';

/** `snapshot when FILE`: when the newest (or any) revision was really written, by its content. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<file>', say(language, 'kubernetes.cli.file'))
    .option('--revision <number>', say(language, 'kubernetes.cli.when.revision'))
    .option('--json', say(language, 'cli.json'))
    .addHelpText('after', '\n  etcd-autopsy snapshot when snapshot.db\n  etcd-autopsy snapshot when snapshot.db --revision 120345 --json')
    .action((file: string, options: { readonly json?: boolean; readonly revision?: string }) => {
      const input = openWrites(file, language);
      const survey = surveyWrites(input.writes());
      input.warn();
      const clock = clockOf(survey);
      const asked = options.revision === undefined ? null : revisionOf(options.revision, language);
      const revision = asked ?? (survey.newestRevision === null ? null : BigInt(survey.newestRevision));
      const { time, basis } = revision === null ? { time: { notBefore: null, best: null, notAfter: null }, basis: [] } : timeOfRevision(clock, revision);
      const unknown = time.notBefore === null && time.best === null && time.notAfter === null;
      if (options.json === true) {
        const answer = { revision: revision === null ? null : Number(revision), time: intervalJson(time), basis: basis.map((b) => ({ key: b.key, what: b.what, time: rfc3339Utc(b.time) })) };
        process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
      } else {
        const lines = unknown
          ? [say(language, 'kubernetes.when.unknown', { revision: String(revision ?? '?') })]
          : [
              say(language, time.best === null ? 'kubernetes.when.within' : 'kubernetes.when.time', { revision: String(revision), best: rfc3339Utc(time.best) ?? '?', notBefore: rfc3339Utc(time.notBefore) ?? '?', notAfter: rfc3339Utc(time.notAfter, true) ?? '?' }),
              ...basis.map((b) => `  ${terminalText(b.key)}  ${b.what} ${rfc3339Utc(b.time) ?? '?'}`),
              ...doubts(clock, language),
            ];
        if (asked !== null && survey.newestRevision !== null && asked > BigInt(survey.newestRevision)) lines.push(say(language, 'kubernetes.when.beyond', { newest: survey.newestRevision }));
        process.stdout.write(`${lines.join('\n')}\n`);
      }
      if (unknown) process.exitCode = exitCode.inconclusive;
    });
}

/** What makes the answer less sure: wrong clocks, and times that nothing confirms. */
function doubts(clock: RevisionClock, language: Language): string[] {
  const lines: string[] = [];
  for (const m of clock.machines) {
    if (m.trusted || m.offsetMs === null || Math.abs(m.offsetMs) < 10_000) continue;
    const seconds = Math.round(Math.abs(m.offsetMs) / 1000);
    lines.push(say(language, m.offsetMs > 0 ? 'kubernetes.when.clock-ahead' : 'kubernetes.when.clock-behind', { machine: terminalText(m.machine.replace(/^\?/, '')), seconds }));
  }
  if (clock.contested.length > 0) lines.push(say(language, 'kubernetes.when.contested'));
  if (clock.quality === 'floors') lines.push(say(language, 'kubernetes.when.floors'));
  return lines;
}
