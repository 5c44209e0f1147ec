import type { LogFact } from '../../artifacts/fact.js';
import { matchMessage, messageEntry } from '../../artifacts/messages/index.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { hitOf } from './combine.js';

/**
 * Log lines with one of these message ids (only words of the right program got an id), and what
 * etcdctl or etcdutl printed below a command of a transcript.
 */
export function says(...ids: readonly string[]): Sign {
  return (view) => [
    ...view.logs(ids).map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime)),
    ...(ids.some((id) => messageEntry(id)?.sources.includes('etcdctl') ?? false) ? printedBy(view).filter(({ id }) => ids.includes(id)).map(({ hit }) => hit) : []),
  ];
}

interface Printed {
  readonly id: string;
  readonly hit: Hit;
}

const printedLines = new WeakMap<View, readonly Printed[]>();

function printedBy(view: View): readonly Printed[] {
  let known = printedLines.get(view);
  if (known === undefined) {
    known = view.facts('command')
      .filter((fact) => /\b(?:etcdctl|etcdutl)\b/.test(fact.command))
      .flatMap((fact) => fact.output.flatMap((line) => {
        const matched = matchMessage(line, 'etcdctl');
        return matched === null ? [] : [{ id: matched.id, hit: hitOf(view, fact, fact.time) }];
      }));
    printedLines.set(view, known);
  }
  return known;
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
  return saysOftenWith(n, () => true, ...ids);
}

/** The same, of those for which `test` holds. */
export function saysOftenWith(n: number, test: (fact: LogFact) => boolean, ...ids: readonly string[]): Sign {
  return (view) => {
    const facts = view.logs(ids).filter(test);
    return facts.reduce((sum, fact) => sum + fact.count, 0) >= n ? facts.map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime)) : [];
  };
}

/** The last words of etcd: fatal lines of the server. */
export const etcdDies: Sign = (view) =>
  view.facts('log')
    .filter((fact) => fact.messageId !== null && (messageEntry(fact.messageId)?.fatal ?? false) && ['etcd', 'k3s', 'rke2'].includes(fact.source))
    .map((fact) => hitOf(view, fact, fact.time ?? fact.innerTime));
