import { messageEntry } from '../artifacts/messages/index.js';
import { middle } from '../time/interval.js';
import type { Hit, Hypothesis } from './rule.js';
import { hitOf } from './signs/combine.js';
import type { View } from './view.js';

/** A start that serves for less than this is no recovery. */
const steadyMs = 30 * 60_000;

const working = new WeakMap<View, readonly Hit[]>();

/** Lines that only an etcd writes which serves. */
function workOf(view: View): readonly Hit[] {
  let known = working.get(view);
  if (known === undefined) {
    known = view.facts('log')
      .filter((fact) => ['etcd', 'k3s', 'rke2'].includes(fact.source) && fact.messageId !== null && (fact.messageId === 'etcd.compaction' || messageEntry(fact.messageId)?.topic === 'life.serving'))
      .map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime));
    working.set(view, known);
  }
  return known;
}

/**
 * What only logs speak of, and after which etcd worked on every one of its hosts for long, was an earlier trouble: it
 * did not start this failure, and its files are not what is damaged now. What it left behind may still have played a part.
 */
export function withoutOutlived(hypothesis: Hypothesis, view: View): Hypothesis {
  if ((hypothesis.role !== 'trigger' && hypothesis.role !== 'damage') || hypothesis.confidence === 'rejected' || hypothesis.hits.some((hit) => hit.act === true)) return hypothesis;
  const against: Hit[] = [];
  for (const hit of hypothesis.hits) {
    const last = hit.until === undefined ? null : middle(hit.until);
    const work = last === null ? undefined : workOf(view).find((one) => one.host === hit.host && (middle(one.until ?? one.time) ?? -Infinity) > last + steadyMs);
    if (work === undefined) return hypothesis;
    against.push(work);
  }
  return { ...hypothesis, role: hypothesis.role === 'trigger' ? 'contributing' : hypothesis.role, confidence: 'possible', against: [...hypothesis.against, ...against.slice(0, 3)] };
}
