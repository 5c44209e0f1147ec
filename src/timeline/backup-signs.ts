import type { FileFact, ProcessFact } from '../artifacts/fact.js';
import type { Draft, DraftCandidate } from '../case/draft.js';
import { timeInName } from '../case/name-time.js';
import type { TimeEstimate } from '../case/model.js';
import { civil } from '../time/parse.js';
import { unknownTime, type Interval } from '../time/interval.js';
import type { Sign } from './sign.js';

const plain = { end: null, count: 1, component: 'backup' } as const;
const saving = /\betcdctl\b.*\bsnapshot\s+save\b|\betcdutl\b.*\bsnapshot\b/;

/** What backup files and running backup jobs say about the life of etcd. */
export function backupSigns(draft: Draft): readonly Sign[] {
  const stuck = hungJobs(draft);
  const partial = partialFiles(draft);
  return [...stuck, ...partial, ...draft.candidates.filter(({ candidate }) => draft.foreign?.has(candidate.id) !== true).flatMap(contentSign)];
}

/** A save that still runs when the processes were listed has waited for etcd since it started. */
function hungJobs(draft: Draft): readonly Sign[] {
  return draft.facts.flatMap((fact): Sign[] => {
    if (fact.kind !== 'process' || !saving.test(fact.command) || /\bgrep\b/.test(fact.command)) return [];
    const time = startOf(draft, fact);
    if (time.notBefore === null) return [];
    const age = (draft.collected.notBefore ?? draft.collected.notAfter ?? 0) - (time.notAfter ?? time.notBefore);
    if (age < 120_000) return [];
    return [{ ...plain, basis: 'observed', time, host: fact.host, kind: 'backup-hung', tone: 'down', params: { command: fact.command.slice(0, 120), minutes: Math.floor(age / 60_000) }, places: [fact.at], key: `backup-hung ${fact.host ?? ''} ${fact.pid}` }];
  });
}

/** When a process started: its date, or the last time before the listing at which the clock showed that. */
export function startOf(draft: Draft, fact: ProcessFact): Interval {
  if (fact.started !== null) return draft.when(fact.started, fact.host, fact.at.artifact);
  const clock = /^(\d{2}):(\d{2})$/.exec(fact.startedClock ?? '');
  const limit = draft.collected.notAfter ?? draft.collected.best;
  if (clock === null || limit === null) return unknownTime;
  for (const back of [-1, 0, 1, 2]) {
    const day = new Date(limit - back * 86_400_000);
    const stamp = civil({ year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate(), hour: Number(clock[1]), minute: Number(clock[2]), precisionMs: 60_000 });
    const time = stamp === null ? unknownTime : draft.when(stamp, fact.host, fact.at.artifact);
    if (time.notBefore !== null && time.notBefore <= limit) return time;
  }
  return unknownTime;
}

/** `NAME.part` is a save that got no end: etcd did not deliver. The name says when it began. */
function partialFiles(draft: Draft): readonly Sign[] {
  const seen = new Map<string, Sign>();
  const add = (path: string, host: string | null, place: Sign['places'][number]): void => {
    const named = timeInName(path);
    if (named === null) return;
    const time = draft.when(named.stamp, host, place.artifact);
    seen.set(`${host ?? ''} ${named.text}`, { ...plain, basis: 'inferred', time, host, kind: 'backup-failed', tone: 'down', params: { message: path }, places: [place], key: `backup-part ${host ?? ''} ${named.text}` });
  };
  for (const file of draft.files) if (/\.db\.part$/.test(file.path)) add(file.path, draft.manifest.find((entry) => entry.path === file.path)?.host ?? null, { artifact: file.path, text: `${file.path.slice(file.path.lastIndexOf('/') + 1)}, ${file.size} bytes` });
  for (const fact of draft.facts) if (isPartial(fact)) add(fact.path, fact.host, fact.at);
  return [...seen.values()];
}

function isPartial(fact: Draft['facts'][number]): fact is FileFact {
  return fact.kind === 'file' && fact.type === 'file' && /\.db\.part$/.test(fact.path);
}

const ms = (text: string | null): number | null => (text === null ? null : Date.parse(text));
const interval = (time: TimeEstimate): Interval => ({ notBefore: ms(time.notBefore), best: ms(time.best), notAfter: ms(time.notAfter) });

/** The newest write inside a readable copy: etcd was alive then. */
function contentSign({ candidate, taken }: DraftCandidate): Sign[] {
  const time = taken.notBefore === null && taken.notAfter === null ? interval(candidate.takenAt) : taken;
  if (candidate.revision === null || (time.notBefore === null && time.notAfter === null)) return [];
  const dated = candidate.takenAtBasis.some((one) => one.what === 'content');
  const place = candidate.evidence[0];
  return [{
    end: null, count: 1, component: candidate.kind === 'snapshot' ? 'backup' : 'etcd', basis: dated ? 'inferred' : 'observed', time, host: candidate.host, kind: 'snapshot-content',
    tone: dated ? 'progress' : 'alive', params: { path: candidate.path, revision: candidate.revision, verdict: candidate.verdict },
    places: place === undefined ? [] : [place], key: `content ${candidate.path}`,
  }];
}
