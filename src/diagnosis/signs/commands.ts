import type { CommandFact } from '../../artifacts/fact.js';
import type { Sign } from '../rule.js';
import { hitOf } from './combine.js';

/** Commands of a shell history or transcript. `unless` takes look-alikes out. */
export function ran(pattern: RegExp, unless?: RegExp): Sign {
  return (view) => view.facts('command')
    .filter((fact) => pattern.test(fact.command) && !(unless?.test(fact.command) ?? false) && !isComment(fact))
    .map((fact) => ({ ...hitOf(view, fact, fact.time), act: true }));
}

/** Commands whose output (its first lines) matches. */
export function printed(pattern: RegExp, command: RegExp = /./): Sign {
  return (view) => view.facts('command')
    .filter((fact) => command.test(fact.command) && fact.output.some((line) => pattern.test(line)))
    .map((fact) => hitOf(view, fact, fact.time));
}

function isComment(fact: CommandFact): boolean {
  return /^\s*#/.test(fact.command);
}

/** Words of a person's note: never proof. */
export function noted(pattern: RegExp): Sign {
  return (view) => view.facts('note').filter((fact) => pattern.test(fact.text)).map((fact) => hitOf(view, fact, null));
}
