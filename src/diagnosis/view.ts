import type { Fact, LogFact } from '../artifacts/fact.js';
import type { Draft } from '../case/draft.js';
import type { CaseEvent, Outage } from '../case/model.js';
import type { BackupAuditResult } from './audit/index.js';
import { unknownTime, type Interval } from '../time/interval.js';
import type { Stamp } from '../time/stamp.js';

/** What the timeline tells the diagnosis. */
export interface Timeline {
  readonly events: readonly CaseEvent[];
  readonly outage: Outage;
}

type Kind = Fact['kind'];
type OfKind<K extends Kind> = Extract<Fact, { readonly kind: K }>;

/** The draft, indexed for the rules: each rule looks at a few kinds of facts and messages. */
export interface View {
  readonly draft: Draft;
  readonly timeline: Timeline;
  readonly audit: BackupAuditResult;
  facts<K extends Kind>(kind: K): readonly OfKind<K>[];
  /** Log facts with one of these message ids, in reading order. */
  logs(ids: readonly string[]): readonly LogFact[];
  when(stamp: Stamp | null, fact: Fact): Interval;
}

/** Indexes a draft once. */
export function viewOf(draft: Draft, timeline: Timeline, audit: BackupAuditResult): View {
  const byKind = new Map<Kind, Fact[]>();
  const byMessage = new Map<string, LogFact[]>();
  for (const fact of draft.facts) {
    push(byKind, fact.kind, fact);
    if (fact.kind === 'log' && fact.messageId !== null) push(byMessage, fact.messageId, fact);
  }
  return {
    draft,
    timeline,
    audit,
    facts: <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly OfKind<K>[],
    logs: (ids) => (ids.length === 1 ? (byMessage.get(ids[0]!) ?? []) : ids.flatMap((id) => byMessage.get(id) ?? [])),
    when: (stamp, fact) => (stamp === null ? unknownTime : draft.when(stamp, fact.host, fact.at.artifact)),
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
