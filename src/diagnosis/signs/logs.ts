import type { LogFact } from '../../artifacts/fact.js';
import { messageEntry } from '../../artifacts/messages/index.js';
import type { Sign } from '../rule.js';
import { hitOf } from './combine.js';

/** Log lines with one of these message ids. Only words of the right program got an id. */
export function says(...ids: readonly string[]): Sign {
  return (view) => view.logs(ids).map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime));
}

/** The same, where the message and its fields also satisfy `test`. */
export function saysWith(test: (fact: LogFact) => boolean, ...ids: readonly string[]): Sign {
  return (view) => view.logs(ids).filter(test).map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime));
}

/** Message and field values of a log line as one text. */
export function wordsOf(fact: LogFact): string {
  return `${fact.message} ${Object.values(fact.fields).join(' ')}`;
}

/** The same, where the words match. */
export function saysLike(pattern: RegExp, ...ids: readonly string[]): Sign {
  return saysWith((fact) => pattern.test(wordsOf(fact)), ...ids);
}

/** At least `n` occurrences, folded repeats counted. */
export function saysOften(n: number, ...ids: readonly string[]): Sign {
  return (view) => {
    const facts = view.logs(ids);
    return facts.reduce((sum, fact) => sum + fact.count, 0) >= n ? facts.map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime)) : [];
  };
}

/** The last words of etcd: fatal lines of the server. */
export const etcdDies: Sign = (view) =>
  view.facts('log')
    .filter((fact) => fact.messageId !== null && (messageEntry(fact.messageId)?.fatal ?? false) && ['etcd', 'k3s', 'rke2'].includes(fact.source))
    .map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime));
