import type { PlanStep, Said } from '../../case/model.js';
import type { Block, Section, Step } from './blocks.js';
import { firstThings } from './decision.js';
import { plain, type Rich } from './rich.js';
import type { Reading } from './reading.js';

const order: readonly PlanStep['phase'][] = ['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane', 'rollback'];

const call = (step: PlanStep): string => `sh ${step.script} ${step.phase}`;

function stepOf(r: Reading, step: PlanStep, number: string): Step {
  return {
    number,
    title: r.said(step.title),
    host: step.host,
    calls: [{ host: step.host, call: call(step) }],
    commands: step.commands,
    alike: [],
    expect: r.said(step.expect),
    stopIf: step.stopIf === null ? null : r.said(step.stopIf),
    cites: r.cite('runbook', step.evidence.slice(0, 3)),
  };
}

/** Names and addresses of all hosts, the longest first: what may differ between steps that are alike. */
function ownWords(r: Reading, steps: readonly PlanStep[]): readonly string[] {
  const words = [...r.case.members.flatMap((m) => [m.host, m.name, ...m.peerUrls]), ...steps.flatMap((s) => [s.host, s.address, s.script])];
  return [...new Set(words.flatMap((word) => (word === null || word === '' ? [] : [word])))].sort((a, b) => b.length - a.length);
}

/** One step for all hosts of a phase where they do the same; null where they do not. */
function sharedStep(r: Reading, steps: readonly PlanStep[], number: string): Step | null {
  const [first, ...others] = steps;
  if (first === undefined || others.length === 0) return null;
  const own = ownWords(r, steps);
  const without = (step: PlanStep): string => own.reduce((text, word) => text.replaceAll(word, '\u0000'), [...step.commands, step.expect.text, step.stopIf?.text ?? ''].join('\n'));
  if (others.some((step) => without(step) !== without(first))) return null;
  const everywhere = (said: Said): Said => {
    const params = { ...said.params, host: r.t('report.runbook.each-host') };
    return { key: said.key, params, text: r.t(said.key, params) };
  };
  const { stopIf, expect, title } = first;
  return {
    ...stepOf(r, first, number),
    title: r.said(everywhere(title)),
    expect: r.said(everywhere(expect)),
    stopIf: stopIf === null ? null : r.said(everywhere(stopIf)),
    calls: steps.map((step) => ({ host: step.host, call: call(step) })),
    alike: others.map((step) => ({ host: step.host, commands: step.commands })),
    cites: r.cite('runbook', steps.flatMap((step) => step.evidence.slice(0, 1))),
  };
}

/** The way back, which no step leads to: a call a host, and another one that starts the old data. */
function rollbackBlock(r: Reading, steps: readonly PlanStep[]): Block {
  const scripts = [...new Map(steps.map((step) => [step.script, step.host]))];
  const step = (number: string, phase: 'rollback' | 'rollback-start', expect: Rich | null): Step => ({
    number, title: r.rich(`report.runbook.${phase}`), host: '', calls: scripts.map(([script, host]) => ({ host, call: `sh ${script} ${phase}` })),
    commands: [], alike: [], expect, stopIf: null, cites: [],
  });
  return { kind: 'steps', title: r.rich('report.phase.rollback'), steps: [step('R1', 'rollback', r.rich('report.runbook.rollback.expect')), step('R2', 'rollback-start', null)] };
}

/** The runbook: per phase, on each host, the call of the script, what it runs, what to expect and when to stop. */
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
    const shared = sharedStep(r, steps, String(i));
    if (shared !== null) {
      blocks.push({ kind: 'steps', title: [], steps: [shared] });
      continue;
    }
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
        number: String(phases.length + i + (plan.steps.length === 0 ? 1 : 0)), title: r.said(m.title), host: m.host ?? r.t('report.every-host'), calls: [], commands: m.commands, alike: [],
        expect: m.expect === null ? null : r.said(m.expect), stopIf: null, cites: [],
      })),
    });
  }
  if (plan !== null && plan.steps.length > 0) blocks.push(rollbackBlock(r, plan.steps));
  if (recommendation.missingFacts.length > 0) {
    blocks.push({ kind: 'heading', text: r.t('report.runbook.missing') }, {
      kind: 'steps', title: [],
      steps: recommendation.missingFacts.map((fact, i) => ({ number: String(i + 1), title: r.said(fact.said), host: '', calls: [], commands: fact.collect === null ? [] : [fact.collect], alike: [], expect: null, stopIf: null, cites: [] })),
    });
  }
  const scripted = plan !== null && plan.steps.length > 0;
  if (blocks.length === 0) blocks.push({ kind: 'prose', text: r.rich('report.runbook.none') });
  const lead = scripted
    ? [...r.rich(hosts.length === 1 ? 'report.runbook.lead.one' : 'report.runbook.lead', { hosts: hosts.length, steps: phases.length }), ...(plan.minutes === null ? [] : [...plain(' '), ...r.rich('report.runbook.minutes', plan.minutes)])]
    : null;
  return { id: 'runbook', title: r.t('report.section.runbook'), lead, blocks };
}
