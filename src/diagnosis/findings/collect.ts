import type { Evidence, Finding, Message } from '../../case/model.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import type { View } from '../view.js';
import { severityOf } from './registry.js';

/** A finding in the language of the case. */
export function finding(code: string, params: Message['params'], evidence: readonly Evidence[], language: Language): Finding {
  const said = { key: `finding.${code}.message`, params };
  return { code, severity: severityOf(code), message: say(language, said.key, params), said, evidence };
}

/** Findings of the door and of the installation, and what the candidates' content shows. */
export function findingsOf(view: View, language: Language): readonly Finding[] {
  const { draft } = view;
  return [
    ...draft.intakeFindings.map((found) => finding(found.code, { path: found.path, ...found.params }, [], language)),
    ...(draft.settingsFindings ?? []).map((found) => ({ code: found.code, severity: found.severity, message: say(language, found.said.key, found.said.params), said: found.said, evidence: found.evidence })),
  ];
}
