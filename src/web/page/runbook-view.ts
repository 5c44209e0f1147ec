import type { Case, PlanStep } from '../../case/model.js';
import { outcomeOf } from '../../case/no-restore.js';
import { announce, h, type Child } from './dom.js';
import { t } from './words.js';

/** A block of commands with its button; what is copied is the exact source. */
function commandBlock(commands: readonly string[]): HTMLElement {
  const text = commands.join('\n');
  const button = h('button', { type: 'button', class: 'button small copy' }, t('web.copy'));
  button.addEventListener('click', () => void navigator.clipboard.writeText(text).then(() => { button.textContent = t('web.copied'); announce(t('web.copied')); }));
  return h('div', { class: 'command' }, h('pre', { tabindex: 0 }, text), button);
}

/** What one host does in a phase: the call, what to expect, when to stop, and what the script runs. */
function hostPart(step: PlanStep): HTMLElement {
  return h('div', { class: 'host-part' },
    h('p', {}, h('b', {}, step.title.text)),
    commandBlock([`sh ${step.script} ${step.phase}`]),
    h('p', { class: 'note' }, h('b', {}, t('web.expect')), ' ', step.expect.text),
    step.stopIf !== null && h('p', { class: 'note' }, h('b', { class: 'stop' }, t('web.stop-if')), ' ', step.stopIf.text),
    h('details', {}, h('summary', { class: 'note' }, t('web.runs')), commandBlock(step.commands)));
}

const item = (open: boolean, heading: readonly Child[], ...body: Child[]): HTMLElement => h('li', {}, h('details', { open }, h('summary', {}, ...heading), ...body));

/** The runbook: one entry a phase with all its hosts, numbered from 0 as in the report, then what people do with other tools, and the way back. */
export function runbookView({ plan, recommendation }: Case): HTMLElement {
  const steps = plan?.steps ?? [];
  const phases = [...new Set(steps.map((step) => step.phase))];
  const manual = plan?.manual ?? [];
  const items = [
    ...phases.map((phase, i) => item(i === 0, [t(`report.phase.${phase}`)], ...steps.filter((step) => step.phase === phase).map(hostPart))),
    ...manual.map((step, i) => item(phases.length + i === 0, [step.host !== null && h('span', { class: 'tag plain' }, step.host), ' ', step.title.text],
      step.commands.length > 0 && commandBlock(step.commands), step.expect !== null && h('p', { class: 'note' }, h('b', {}, t('web.expect')), ' ', step.expect.text))),
  ];
  const scripts = [...new Set(steps.map((step) => step.script))];
  const back = scripts.length > 0 && h('details', { class: 'rollback' }, h('summary', {}, t('report.phase.rollback')), h('p', { class: 'note' }, t('runbook.rollback.how')), ...scripts.map((script) => commandBlock([`sh ${script} rollback`])),
    h('p', { class: 'note' }, t('runbook.rollback.start')), ...scripts.map((script) => commandBlock([`sh ${script} rollback-start`])));
  const none = t(outcomeOf(recommendation) === 'healthy' ? 'web.no-runbook-needed' : 'web.no-plan');
  return h('section', { id: 'runbook', 'aria-label': t('web.nav.runbook') }, h('h2', {}, t('web.nav.runbook')),
    ...(items.length === 0 ? [h('p', { class: 'note' }, none)] : [steps.length > 0 && h('p', { class: 'note' }, t('web.runbook-lead')), h('ol', { class: phases.length > 0 ? 'steps from-zero' : 'steps' }, ...items), back]));
}

/** How many entries the runbook has. */
export const runbookLength = ({ plan }: Case): number => new Set(plan?.steps.map((step) => step.phase)).size + (plan?.manual.length ?? 0);
