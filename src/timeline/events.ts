import type { Draft } from '../case/draft.js';
import type { CaseEvent, Said } from '../case/model.js';
import { estimate } from '../case/time-words.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { foldEpisodes } from './episodes.js';
import { orderOf, type Sign } from './sign.js';

/** More events than this help nobody; the least telling ones go first. */
const mostEvents = 600;

/** Signs as events in the order of time, repeats folded, in words. */
export function eventsOf(draft: Draft, signs: readonly Sign[], language: Language): readonly CaseEvent[] {
  const kept = limited(foldEpisodes(signs.filter((s) => orderOf(s.time) !== Infinity)));
  return kept.map((sign, i): CaseEvent => ({
    id: `V${i + 1}`, time: estimate(sign.time), end: sign.end === null || sign.count === 1 && sign.kind !== 'log-gap' ? null : estimate(sign.end), host: sign.host, component: sign.component, kind: sign.kind,
    said: sentence(sign, language), count: sign.count, basis: sign.basis, evidence: sign.places.slice(0, 6).map((place) => draft.evidence.cite(place, sign.basis)),
  }));
}

function sentence(sign: Sign, language: Language): Said {
  const mistake = sign.kind === 'human-error' ? String(sign.params['mistake']) : null;
  const key = mistake !== null ? `event.mistake.${mistake}` : sign.count > 1 && repeatable.has(sign.kind) ? `event.${sign.kind}.many` : `event.${sign.kind}`;
  const params = { ...sign.params, host: sign.host ?? '?', count: sign.count };
  return { key, params, text: say(language, key, params) };
}

/** Kinds that have a second sentence for episodes. */
const repeatable: ReadonlySet<string> = new Set(['etcd-works', 'etcd-died', 'unit-failed', 'etcd-started', 'backup-streamed', 'backup-run', 'apiserver-unreachable', 'etcd-unreachable', 'peer-unreachable', 'request-timeout', 'storage-error', 'slow-storage', 'slow-requests', 'leader-lost', 'no-quorum', 'writes-refused', 'certificate', 'backup-failed']);

const weight = (sign: Sign): number => (sign.tone === 'onset' || sign.tone === 'down' ? 4 : sign.component === 'operator' || sign.kind === 'log-gap' || sign.kind === 'collection' || sign.kind === 'last-write' ? 4 : sign.tone === 'symptom' ? 2 : sign.tone === 'neutral' ? 1 : 3);

function limited(signs: readonly Sign[]): readonly Sign[] {
  const sorted = [...signs].sort((a, b) => orderOf(a.time) - orderOf(b.time));
  if (sorted.length <= mostEvents) return sorted;
  const byWeight = [...sorted].sort((a, b) => weight(b) - weight(a) || b.count - a.count).slice(0, mostEvents);
  return byWeight.sort((a, b) => orderOf(a.time) - orderOf(b.time));
}
