import type { Suspicion } from '../kubernetes/index.js';
import { terminalText } from '../report/escape/terminal.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';

/** One line about a suspicious change. */
export function suspicionText(suspicion: Suspicion, language: Language): string {
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(suspicion)) {
    if (typeof value === 'number') params[name] = value;
    else if (typeof value === 'string') params[name] = terminalText(value);
    else if (Array.isArray(value)) params[name] = value.map((v) => terminalText(String(v))).join(', ');
    else if (typeof value === 'object' && value !== null) params[name] = Object.entries(value).map(([k, n]) => `${String(n)} ${terminalText(k)}`).join(', ');
  }
  const unfinished = suspicion.what === 'namespace-deleted' && !suspicion.finished ? '-unfinished' : '';
  return say(language, `kubernetes.suspicion.${suspicion.what}${unfinished}`, params);
}
