import type { LogFact, NoteFact } from '../artifacts/fact.js';
import { matchPasted } from './explain/pasted.js';
import type { Hypothesis } from './rule.js';
import { viewOf, type View } from './view.js';

/** Notes that are looked at; a page of prose says the same thing many times. */
const mostNotes = 400;

/**
 * The view with what people quote in their own words ("etcd panics with …", also misspelt) as if a
 * program had said it; null when no note quotes a failure. It may raise a suspicion, never prove one.
 */
export function withHearsay(view: View): View | null {
  const quoted = view.facts('note').slice(0, mostNotes).flatMap((note) => quotedMessage(note));
  return quoted.length === 0 ? null : viewOf({ ...view.draft, facts: [...view.draft.facts, ...quoted] }, view.timeline, view.audit);
}

function quotedMessage(note: NoteFact): readonly LogFact[] {
  const found = matchPasted(note.text);
  if (found === null || found.entry.role !== 'bad' || !['error', 'critical'].includes(found.entry.severity)) return [];
  const { at, host, text } = note;
  return [{
    kind: 'log', at, host, time: null, innerTime: null, source: found.entry.sources[0]!, unit: null, pid: null, level: null,
    message: text, fields: found.fields, messageId: found.entry.id, count: 1, lastTime: null, lastLine: null,
  }];
}

/** A hypothesis that rests on somebody's words is possible at most. */
export function asHearsay(hypothesis: Hypothesis | null): Hypothesis | null {
  return hypothesis === null || hypothesis.confidence === 'rejected' ? null : { ...hypothesis, confidence: 'possible' };
}
