import type { Fact } from '../artifacts/fact.js';
import type { Place } from '../artifacts/place.js';
import type { Draft } from '../case/draft.js';
import type { EventKind, Sign } from './sign.js';

interface Answer {
  readonly kind: EventKind;
  readonly tone: 'down' | 'symptom';
  readonly component: 'etcd' | 'apiserver';
  readonly at: Place;
  readonly host: string | null;
  readonly message: string;
}

/**
 * What tools answered while the bundle was collected: an alarm that is set, an endpoint that complains, a
 * refusal. No clock stands beside them, but they prove that it had failed by then. An answer that a
 * later one of the same recording takes back (the cluster answers again) does not count.
 */
export function answerSigns(draft: Draft): readonly Sign[] {
  if (draft.collected.notAfter === null) return [];
  const healedAt = new Map<string, number>();
  for (const fact of draft.facts) if (answersWell(fact)) healedAt.set(fact.at.artifact, Math.max(healedAt.get(fact.at.artifact) ?? 0, fact.at.line ?? 0));
  return draft.facts.flatMap((fact) => answerOf(fact)).filter((one) => (healedAt.get(one.at.artifact) ?? -1) <= (one.at.line ?? 0)).map((one): Sign => ({
    time: draft.collected, end: null, host: one.host, component: one.component, kind: one.kind, tone: one.tone, params: { message: one.message, program: 'etcdctl', unit: 'etcd' },
    count: 1, basis: 'inferred', places: [one.at], key: `answer ${one.kind} ${one.host ?? ''}`,
  }));
}

function answersWell(fact: Fact): boolean {
  return (fact.kind === 'endpoint' && fact.healthy === true) || (fact.kind === 'kube-object' && fact.resource === 'node' && fact.status !== null);
}

const full = /NOSPACE|space exceeded/;
const refused = /was refused|context deadline exceeded|request timed out|TLS handshake timeout|certificate has expired|no leader/;
/** kubectl without a kubeconfig says nothing about the cluster. */
const noConfig = /localhost:8080|127\.0\.0\.1:8080/;

function answerOf(fact: Fact): readonly Answer[] {
  const answer = (kind: EventKind, tone: Answer['tone'], component: Answer['component'], message: string): readonly Answer[] => [{ kind, tone, component, at: fact.at, host: fact.host, message: message.slice(0, 200) }];
  if (fact.kind === 'alarm') return answer(fact.alarm === 'CORRUPT' ? 'data-corrupt' : 'writes-refused', 'down', 'etcd', fact.at.text);
  if (fact.kind === 'endpoint') {
    if (full.test(fact.error ?? '')) return answer('writes-refused', 'down', 'etcd', fact.error ?? '');
    return fact.healthy === false ? answer('unhealthy', 'symptom', 'etcd', fact.error ?? fact.at.text) : [];
  }
  const text = fact.kind === 'kube-object' && fact.resource === 'kubectl-error' ? (fact.fields['error'] ?? '') : fact.kind === 'command' && /\b(?:kubectl|etcdctl)\b/.test(fact.command) ? (fact.output.find((line) => full.test(line) || refused.test(line)) ?? '') : '';
  if (text === '' || noConfig.test(text)) return [];
  if (full.test(text)) return answer('writes-refused', 'down', 'etcd', text);
  return refused.test(text) ? answer('apiserver-unreachable', 'symptom', 'apiserver', text) : [];
}
