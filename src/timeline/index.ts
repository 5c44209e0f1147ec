import type { Draft } from '../case/draft.js';
import type { CaseEvent, Outage } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { answerSigns } from './answers.js';
import { backupSigns } from './backup-signs.js';
import { clockOffsets, clockSigns, corrected } from './clocks.js';
import { eventsOf } from './events.js';
import { gapSigns } from './gaps.js';
import { hostSigns } from './host-signs.js';
import { logSigns } from './log-signs.js';
import { memberJoins } from './member-joins.js';
import { outageOf } from './outage.js';
import { peopleSigns } from './people-signs.js';
import type { Sign } from './sign.js';

export { mistakeIn, type Mistake } from './mistakes.js';

/** What happened, in order, and when the control plane failed. */
export interface Timeline {
  readonly events: readonly CaseEvent[];
  readonly outage: Outage;
}

/**
 * Puts everything that is dated into one order in UTC, folds repeats into episodes, and derives the
 * outage window: the tightest interval that the evidence proves. Pure: the same draft gives the same timeline.
 */
export function reconstruct(draft: Draft, language: Language): Timeline {
  const logs = logSigns(draft);
  const hosts = hostSigns(draft, logs);
  const people = peopleSigns(draft);
  const rest = logs.filter((s) => s.kind !== 'boot');
  const offsets = clockOffsets(draft);
  const machines = corrected([...rest, ...hosts, ...backupSigns(draft), ...lastWrite(draft), ...gapSigns(draft, hosts), ...answerSigns(draft)], offsets);
  const signs = [...machines, ...corrected(people, offsets), ...clockSigns(draft, offsets), ...memberJoins(draft), ...collection(draft)];
  return { events: eventsOf(draft, signs, language), outage: outageOf(draft, machines, people) };
}

/** The newest write that any file of the bundle holds. */
function lastWrite(draft: Draft): readonly Sign[] {
  const last = draft.lastKnown;
  if (last === null || (last.time.notBefore === null && last.time.notAfter === null)) return [];
  const known = draft.candidates.find(({ candidate }) => candidate.path === last.from);
  return [{
    time: last.time, end: null, host: known?.candidate.host ?? null, component: 'etcd', kind: 'last-write', tone: 'progress', params: { revision: String(last.revision), path: last.from },
    count: 1, basis: 'inferred', places: [{ artifact: last.from, text: `revision ${last.revision}` }], key: 'last-write',
  }];
}

function collection(draft: Draft): readonly Sign[] {
  const clock = draft.facts.find((fact) => fact.kind === 'clock' && fact.now !== null) ?? draft.facts.find((fact) => fact.kind === 'unit-status' && fact.ago !== null);
  if (draft.collected.notBefore === null && draft.collected.notAfter === null) return [];
  return [{ time: draft.collected, end: null, host: null, component: 'operator', kind: 'collection', tone: 'neutral', params: {}, count: 1, basis: clock === undefined ? 'inferred' : 'observed', places: clock === undefined ? [] : [clock.at], key: 'collection' }];
}
