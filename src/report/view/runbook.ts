import type { PlanStep } from '../../case/model.js';
import type { Block, Section, Step } from './blocks.js';
import { firstThings } from './decision.js';
import { plain } from './rich.js';
import type { Reading } from './reading.js';

const order: readonly PlanStep['phase'][] = ['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane', 'rollback'];

function stepOf(r: Reading, step: PlanStep, number: string): Step {
  return {
    number,
    title: r.said(step.title),
    host: step.host,
    script: `sh ${step.script} ${step.phase}`,
    commands: step.commands,
    expect: r.said(step.expect),
    stopIf: step.stopIf === null ? null : r.said(step.stopIf),
    cites: r.cite('runbook', step.evidence.slice(0, 3)),
  };
}

/** The runbook: per phase, on each host, the commands of the script, what to expect and when to stop. */
export function runbookView(r: Reading): Section {
  const { plan, recommendation } = r.case;
  const blocks: Block[] = [];
  const first = firstThings(r, 'runbook');
  if (first.length > 0 && recommendation.kind !== 'none') blocks.push({ kind: 'callout', title: r.t('report.before-anything'), items: first });
  const hosts = [...new Set(plan?.steps.map((s) => s.host) ?? [])];
  const phases = order.filter((phase) => plan?.steps.some((s) => s.phase === phase) === true);
  for (const [i, phase] of phases.entries()) {
    const steps = plan?.steps.filter((s) => s.phase === phase) ?? [];
    const [only] = steps;
    const single = hosts.length === 1 && steps.length === 1 && only !== undefined;
    blocks.push({
      kind: 'steps',
      title: single ? [] : r.rich('report.runbook.phase', { n: i, phase: r.t(`report.phase.${phase}`) }),
      steps: steps.map((s, k) => stepOf(r, s, single ? String(i) : `${i}${String.fromCharCode(97 + (k % 26))}`)),
    });
  }
  if (plan !== null && plan.manual.length > 0) {
    blocks.push({
      kind: 'steps',
      title: plan.steps.length === 0 ? [] : r.rich('report.runbook.manual'),
      steps: plan.manual.map((m, i) => ({
        number: String(phases.length + i + (plan.steps.length === 0 ? 1 : 0)), title: r.said(m.title), host: m.host ?? r.t('report.every-host'), script: null, commands: m.commands,
        expect: m.expect === null ? null : r.said(m.expect), stopIf: null, cites: [],
      })),
    });
  }
  if (recommendation.missingFacts.length > 0) {
    blocks.push({ kind: 'heading', text: r.t('report.runbook.missing') }, {
      kind: 'steps', title: [],
      steps: recommendation.missingFacts.map((fact, i) => ({ number: String(i + 1), title: r.said(fact.said), host: '', script: null, commands: fact.collect === null ? [] : [fact.collect], expect: null, stopIf: null, cites: [] })),
    });
  }
  const scripted = plan !== null && plan.steps.length > 0;
  if (blocks.length === 0) blocks.push({ kind: 'prose', text: r.rich('report.runbook.none') });
  const lead = scripted
    ? [...r.rich(hosts.length === 1 ? 'report.runbook.lead.one' : 'report.runbook.lead', { hosts: hosts.length, steps: phases.length }), ...(plan.minutes === null ? [] : [...plain(' '), ...r.rich('report.runbook.minutes', plan.minutes)])]
    : null;
  return { id: 'runbook', title: r.t('report.section.runbook'), lead, blocks };
}
