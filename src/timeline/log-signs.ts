import type { LogFact } from '../artifacts/fact.js';
import { messageEntry } from '../artifacts/messages/index.js';
import type { Draft } from '../case/draft.js';
import { intersect, type Interval } from '../time/interval.js';
import { meaningOf, type LogMeaning } from './log-meaning.js';
import { hostRecords, type HostRecord } from './sign-index.js';
import { orderOf, type Sign } from './sign.js';

/** A start that ends within this time was a failed start, not a life that broke. */
const startMs = 120_000;
/** etcd writes something that only a working etcd writes at least once in this time. */
const livedMs = 3_600_000;

/** When a line was written: outer and inner time together, the outer one when they contradict each other. */
export function timeOf(draft: Draft, fact: LogFact, which: 'first' | 'last'): Interval {
  const outer = which === 'first' ? fact.time : (fact.lastTime ?? fact.time);
  const known = outer === null ? null : draft.when(outer, fact.host, fact.at.artifact);
  if (which === 'last' || fact.innerTime === null) return known ?? { notBefore: null, best: null, notAfter: null };
  const inner = draft.when(fact.innerTime, fact.host, fact.at.artifact);
  return known === null ? inner : (intersect(inner, known) ?? known);
}

/** Every recognised log line as a sign. */
export function logSigns(draft: Draft): readonly Sign[] {
  const signs: Sign[] = [];
  // A lone member elects itself at every start.
  const alone = draft.members.length <= 1;
  for (const fact of draft.facts) {
    if (fact.kind !== 'log') continue;
    const meaning = meaningOf(fact);
    if (meaning === null || (alone && fact.messageId === 'etcd.election')) continue;
    if (meaning.kind === 'member-change' && /recovered/.test(fact.message)) continue;
    const time = timeOf(draft, fact, 'first');
    const last = fact.count > 1 ? timeOf(draft, fact, 'last') : null;
    signs.push({
      ...meaning, time, end: last, host: fact.host, count: fact.count, basis: 'observed', places: [fact.at],
      params: { program: fact.source, message: shortMessage(fact), unit: fact.fields['unit'] ?? fact.unit ?? fact.fields['container'] ?? fact.fields['description'] ?? (fact.source === 'systemd' ? 'etcd' : fact.source), ...expiry(fact) },
      key: keyOf(fact, meaning),
    });
  }
  const recordOf = hostRecords(signs);
  // While it starts, etcd reads its members back: no change.
  return failedStarts(signs.filter((sign) => sign.kind !== 'member-change' || !recordOf(sign.host).starts.touches(orderOf(sign.time) - startMs, orderOf(sign.time) + 1000)), recordOf);
}

/** When the certificate that a line complains about ran out. */
function expiry(fact: LogFact): { readonly expiredAt?: string } {
  const bound = fact.messageId === 'tls.expired' && fact.fields['side'] === 'after' ? fact.fields['bound'] : undefined;
  return bound === undefined || Number.isNaN(Date.parse(bound)) ? {} : { expiredAt: bound };
}

/** Many lines tell one story: a start, a death with its stack, the end of a unit. */
const wholeStories: ReadonlySet<string> = new Set(['etcd-works', 'etcd-started', 'etcd-serving', 'unit-failed', 'backup-streamed']);

function keyOf(fact: LogFact, meaning: LogMeaning): string {
  const detail = wholeStories.has(meaning.kind) ? meaning.component : meaning.kind === 'etcd-died' ? (messageEntry(fact.messageId ?? '')?.topic ?? '') : `${fact.messageId ?? ''} ${subjectOf(fact)}`;
  return `${meaning.kind} ${fact.host ?? ''} ${detail}`;
}

/** Peers, units and containers tell repeats of one message apart. */
function subjectOf(fact: LogFact): string {
  return ['peer', 'unit', 'container', 'member'].map((name) => fact.fields[name] ?? '').join(' ').trim();
}

function shortMessage(fact: LogFact): string {
  const text = fact.message === '' ? fact.at.text : fact.message;
  const detail = fact.fields['error'] ?? fact.fields['err'];
  const whole = detail === undefined || text.includes(detail) ? text : `${text}: ${detail}`;
  return whole.length > 200 ? `${whole.slice(0, 199)}…` : whole;
}

/**
 * A death long after a start is the break itself (`onset`): etcd was alive until then. A death within
 * two minutes of a start only says that it could not start.
 */
function failedStarts(signs: readonly Sign[], recordOf: (host: string | null) => HostRecord): readonly Sign[] {
  return signs.map((sign) => {
    const [low, high] = [sign.time.notBefore, sign.time.notAfter];
    if (sign.kind !== 'etcd-died' || sign.tone !== 'down' || low === null || high === null || high - low > startMs) return sign;
    const { starts, progress } = recordOf(sign.host);
    return !starts.touches(low - startMs, high) && progress.touches(low - livedMs, high) ? { ...sign, tone: 'onset' } : sign;
  });
}
