import { messageEntry } from '../artifacts/messages/index.js';
import type { Cause } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { missing, said } from './cause.js';
import { deciders, type DeciderId } from './deciders.js';
import type { Hypothesis, Sign } from './rule.js';
import { hitOf } from './signs/combine.js';
import { either, etcdDies, printed } from './signs/index.js';
import type { View } from './view.js';

const openers: readonly DeciderId[] = ['etcd-log', 'kernel-log', 'boots', 'journal-before', 'disk-space', 'data-listing', 'history'];

/**
 * When nothing firm tells what started the failure: says so, why, and what would tell. Null when a
 * trigger is likely or proven, or when nothing failed at all.
 */
export function unknownCause(ranked: readonly Hypothesis[], view: View, language: Language): Cause | null {
  if (ranked.some((h) => h.role === 'trigger' && (h.confidence === 'proven' || h.confidence === 'likely'))) return null;
  const damage = ranked.filter((h) => h.role === 'damage' && h.confidence !== 'rejected');
  const last = etcdDies(view);
  const bad = view.timeline.outage.firstKnownBad;
  const reason = damage.length > 0 ? 'damage' : last.length > 0 || bad !== null || symptoms(view).length > 0 ? 'symptoms' : 'nothing';
  const hits = damage.length > 0 ? damage.flatMap((h) => h.hits.slice(0, 2)) : [...last, ...symptoms(view)].slice(0, 3);
  return {
    id: 'unknown',
    confidence: 'possible',
    role: 'trigger',
    summary: said(language, 'cause.unknown.summary', { why: say(language, `cause.unknown.why.${reason}`) }),
    fix: said(language, 'cause.unknown.fix'),
    prevention: null,
    evidence: hits.length > 0 ? hits.slice(0, 4).map((hit) => ('id' in hit.at ? hit.at : view.draft.evidence.cite(hit.at))) : (bad?.evidence ?? []),
    against: [],
    missing: openers.filter((id) => !deciders[id].present(view)).map((id) => missing(id, view, language)),
  };
}

/** Refusals and time-outs that clients saw. */
const symptoms: Sign = either(
  printed(/was refused - did you specify|connection refused|context deadline exceeded|etcdserver: request timed out|TLS handshake timeout|Unable to connect to the server/),
  (view) => view.facts('log').filter((fact) => fact.messageId !== null && messageEntry(fact.messageId)?.role === 'bad').slice(0, 3).map((fact) => hitOf(view, fact, fact.time)),
);
