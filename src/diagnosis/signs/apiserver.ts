import type { CommandFact } from '../../artifacts/fact.js';
import { matchMessage } from '../../artifacts/messages/index.js';
import type { Sign } from '../rule.js';
import type { View } from '../view.js';
import { hitOf } from './combine.js';

const logsOf = /\b(?:docker|podman|nerdctl|crictl|kubectl|k)\b.*\blogs\b/;

/** `crictl logs ID`, where a listing of the bundle says that the id is the apiserver's; or the name itself. */
function readsApiserver(view: View, command: CommandFact): boolean {
  if (!logsOf.test(command.command)) return false;
  if (/\bkube-apiserver/.test(command.command)) return true;
  const ids = command.command.split(/\s+/).filter((word) => /^[0-9a-f]{6,64}$/.test(word));
  return ids.some((id) => view.facts('container').some((fact) => (fact.id.startsWith(id) || id.startsWith(fact.id)) && fact.id.length >= 6 && (fact.pod?.container ?? fact.name) === 'kube-apiserver'));
}

/** One of these messages in what `crictl logs` printed of the apiserver's container in a transcript. */
export function apiserverPrints(...ids: readonly string[]): Sign {
  return (view) => view.facts('command')
    .filter((fact) => readsApiserver(view, fact) && fact.output.some((line) => ids.includes(matchMessage(line, 'kube-apiserver')?.id ?? '')))
    .map((fact) => hitOf(view, fact, fact.time));
}
