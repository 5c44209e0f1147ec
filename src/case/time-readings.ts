import type { Fact } from '../artifacts/fact.js';
import type { Draft } from './draft.js';
import type { Evidence } from './model.js';
import type { Stamp } from '../time/stamp.js';
import { rfc3339 } from './time-words.js';

function stampOf(fact: Fact): Stamp | null {
  switch (fact.kind) {
    case 'log': case 'boot': case 'command': return fact.time;
    case 'clock': return fact.now;
    case 'unit-status': return fact.since;
    case 'file': return fact.mtime;
    case 'container': return fact.since ?? fact.created;
    case 'process': return fact.started;
    case 'kube-object': return fact.age;
    default: return null;
  }
}

/** Says for a cited line which UTC interval the time in it was taken for, and in which zone it was read. */
export function timeReadings(draft: Draft): (evidence: Evidence) => string | null {
  const byPlace = new Map<string, Fact>();
  for (const fact of draft.facts) {
    if (fact.at.line === undefined || stampOf(fact) === null) continue;
    const key = `${fact.at.artifact}\n${fact.at.line}`;
    if (!byPlace.has(key)) byPlace.set(key, fact);
  }
  return (evidence) => {
    const fact = evidence.line === undefined ? undefined : byPlace.get(`${evidence.artifact}\n${evidence.line}`);
    const stamp = fact === undefined ? null : stampOf(fact);
    if (fact === undefined || stamp === null) return null;
    const { notBefore, notAfter } = draft.when(stamp, fact.host, fact.at.artifact);
    const [from, to] = [rfc3339(notBefore), rfc3339(notAfter)];
    if (from === null && to === null) return null;
    const zone = stamp.kind !== 'civil' ? null : (draft.hosts.find((host) => host.name === fact.host)?.zone?.value ?? null);
    const span = notBefore !== null && notAfter !== null && notAfter - notBefore < 1000 ? from! : `${from ?? '?'} – ${to ?? '?'}`;
    return zone === null ? span : `${span} (${zone})`;
  };
}
