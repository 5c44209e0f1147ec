import { mayLoseMore } from '../case/open-loss.js';
import type { Plan, PlanStep, Recommendation } from '../case/model.js';
import { duration } from '../words/duration.js';
import { grouped } from '../words/fill.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import { phases } from './steps.js';

/** Text from a bundle inside Markdown: no marks, no line ends. */
const plain = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');

/** A fence longer than any run of back-ticks inside. */
function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(2, ...lines.map((line) => Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...lines, fence];
}

function stepLines(step: PlanStep, language: Language): readonly string[] {
  return [
    `### ${plain(step.title.text)}`, '',
    say(language, 'runbook.run', { host: plain(step.host) }), '',
    ...fenced([`sh ${step.script} ${step.phase}`]), '',
    say(language, 'runbook.does'), '',
    ...fenced(step.commands), '',
    `- ${say(language, 'runbook.expect', { text: plain(step.expect.text) })}`,
    ...(step.stopIf === null ? [] : [`- ${say(language, 'runbook.stop', { text: plain(step.stopIf.text) })}`]),
    '',
  ];
}

/** What the restore loses, as far as the files show it; a limit where they do not. */
function lossText(recommendation: Recommendation, language: Language): readonly string[] {
  const { loss } = recommendation;
  if (loss === null) return [];
  const { revisions, seconds, secondsAtMost, objects } = loss;
  if (secondsAtMost !== null && (seconds === null || mayLoseMore(recommendation))) return [say(language, 'runbook.lost-at-most', { span: duration(language, secondsAtMost) })];
  if (revisions === 0) return [say(language, 'runbook.lost-nothing')];
  const parts = [...(seconds === null ? [] : [duration(language, seconds)]), ...(revisions === null ? [] : [say(language, 'report.revisions', { n: grouped(revisions) })])];
  const amount = parts.length === 0 ? say(language, 'report.unknown') : parts.join(say(language, 'report.comma'));
  return [objects === null ? say(language, 'runbook.lost-unlisted', { amount }) : say(language, 'runbook.lost', { amount, objects: objects.created + objects.changed + objects.deleted })];
}

/** Why this plan, on which conditions, with which risks and loss, and what else could be done. */
function reasons(recommendation: Recommendation, language: Language): readonly string[] {
  const list = (key: string, texts: readonly string[]): readonly string[] => (texts.length === 0 ? [] : [`**${say(language, key)}**`, '', ...texts.map((text) => `- ${plain(text)}`), '']);
  return [
    ...list('runbook.why', recommendation.why.map((one) => one.text)),
    ...list('runbook.conditions', recommendation.conditions.map((one) => one.text)),
    ...list('runbook.risks', recommendation.risks.map((one) => one.text)),
    ...list('runbook.loss', lossText(recommendation, language)),
    ...list('runbook.next', recommendation.nextBest === null ? [] : [recommendation.nextBest.said.text]),
  ];
}

/** `RUNBOOK.md`: numbered phases, per host, with expected output, stop conditions and the roll-back. */
export function planRunbook(plan: Plan, language: Language, snapshotBeside: boolean, recommendation: Recommendation | null = null): string {
  const lines: string[] = [`# ${say(language, 'runbook.title')}`, ''];
  if (plan.candidate !== null) lines.push(say(language, 'runbook.candidate', { path: plain(plan.candidate.path), revision: plan.candidate.revision ?? '?', sha256: plan.candidate.sha256 ?? '?' }), '');
  if (recommendation !== null) lines.push(...reasons(recommendation, language));
  if (plan.minutes !== null) lines.push(say(language, 'runbook.minutes', plan.minutes), '');
  if (plan.steps.length > 0) {
    lines.push(say(language, 'runbook.how'), '');
    if (plan.steps.some((step) => step.phase === 'restore')) lines.push(say(language, snapshotBeside ? 'runbook.snapshot.beside' : 'runbook.snapshot.absent'), '');
    let number = 0;
    for (const phase of phases) {
      const steps = plan.steps.filter((step) => step.phase === phase);
      if (steps.length === 0) continue;
      lines.push(`## ${number}. ${say(language, `report.phase.${phase}`)}`, '', ...steps.flatMap((step) => stepLines(step, language)));
      number += 1;
    }
    const scripts = [...new Set(plan.steps.map((step) => step.script))];
    lines.push(
      `## ${say(language, 'runbook.rollback')}`, '', say(language, 'runbook.rollback.how'), '', ...fenced(scripts.map((script) => `sh ${script} rollback`)), '',
      say(language, 'runbook.rollback.start'), '', ...fenced(scripts.map((script) => `sh ${script} rollback-start`)), '',
    );
  }
  if (plan.manual.length > 0) {
    lines.push(`## ${say(language, 'runbook.manual')}`, '');
    plan.manual.forEach((step, i) => {
      lines.push(`${i + 1}. **${plain(step.host ?? say(language, 'runbook.everywhere'))}**: ${plain(step.title.text)}`, '');
      if (step.commands.length > 0) lines.push(...fenced(step.commands), '');
      if (step.expect !== null) lines.push(say(language, 'runbook.expect', { text: plain(step.expect.text) }), '');
    });
  }
  if (plan.steps.length === 0 && plan.manual.length === 0) lines.push(say(language, 'runbook.nothing'), '');
  return `${lines.join('\n').trimEnd()}\n`;
}
