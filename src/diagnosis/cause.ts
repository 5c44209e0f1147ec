import type { Cause, Evidence, Said } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { deciders, type DeciderId } from './deciders.js';
import type { Hit, Hypothesis } from './rule.js';
import type { View } from './view.js';

/** Evidence that one cause cites; more says nothing new. */
const mostEvidence = 8;

/** Turns a weighed rule into a cause of the case, with its words and citations. */
export function causeOf(hypothesis: Hypothesis, view: View, language: Language): Cause {
  const { rule, confidence, role } = hypothesis;
  const hosts = [...new Set(hypothesis.hits.flatMap((hit) => (hit.host === null ? [] : [hit.host])))].sort();
  const params = { hosts: hosts.length === 0 ? say(language, 'cause.host.unknown') : hosts.join(say(language, 'report.comma')) };
  return {
    id: rule.id,
    confidence,
    role,
    summary: said(language, `cause.${rule.id}.summary`, params),
    fix: optional(language, `cause.${rule.id}.fix`, params),
    prevention: optional(language, `cause.${rule.id}.prevention`, params),
    evidence: citations(hypothesis.hits, view),
    against: citations(hypothesis.against, view),
    missing: confidence === 'proven' || confidence === 'rejected' ? [] : rule.decide.filter((id) => !deciders[id].present(view)).map((id) => missing(id, view, language)),
  };
}

/** A sentence with its key. */
export function said(language: Language, key: string, params: Readonly<Record<string, string | number>> = {}): Said {
  return { key, params, text: say(language, key, params) };
}

function optional(language: Language, key: string, params: Readonly<Record<string, string | number>>): Said | null {
  const sentence = said(language, key, params);
  return sentence.text === key ? null : sentence;
}

/** "Not in the bundle: …. Collect with: …" */
export function missing(id: DeciderId, view: View, language: Language): Said {
  const { command } = deciders[id];
  return said(language, 'decider.missing', { what: say(language, `decider.${id}`), command: typeof command === 'string' ? command : command(view) });
}

/** The first hits of every host and artifact, so that no single log fills the list. */
function citations(hits: readonly Hit[], view: View): readonly Evidence[] {
  const perSource = new Map<string, number>();
  const chosen: Evidence[] = [];
  for (const most of [1, 2, mostEvidence]) {
    for (const hit of hits) {
      if (chosen.length >= mostEvidence) break;
      const evidence = 'id' in hit.at ? hit.at : view.draft.evidence.cite(hit.at);
      if (chosen.some((known) => known.id === evidence.id)) continue;
      const source = `${hit.host ?? ''} ${hit.at.artifact}`;
      const used = perSource.get(source) ?? 0;
      if (used >= most) continue;
      perSource.set(source, used + 1);
      chosen.push(evidence);
    }
  }
  return chosen;
}
