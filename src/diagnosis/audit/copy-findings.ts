import type { Draft } from '../../case/draft.js';
import { begin, type BackupCopy } from './copies.js';
import type { BackupJob } from './job.js';
import type { BackupRun } from './runs.js';
import type { AuditNote } from './script-findings.js';

const note = (code: string, params: AuditNote['params'], places: AuditNote['places']): AuditNote => ({ code: `audit.${code}`, params, places: places.slice(0, 6) });
const middle = (time: BackupCopy['content']): number | null => (time === null ? null : (time.best ?? time.notBefore ?? time.notAfter));

/** What the copies themselves, and their absence, say. */
export function copyNotes(draft: Draft, jobs: readonly BackupJob[], copies: readonly BackupCopy[], runs: readonly BackupRun[]): readonly AuditNote[] {
  const notes: AuditNote[] = [];
  const hosts = [...new Set(copies.map((copy) => copy.host))];
  for (const host of hosts) {
    const own = copies.filter((copy) => copy.host === host);
    const name = host ?? '?';
    for (const [state, code] of [['hung', 'hung'], ['cut', 'cut'], ['empty', 'empty'], ['damaged', 'damaged']] as const) {
      const bad = own.filter((copy) => copy.state === state);
      if (bad.length > 0) notes.push(note(code, { host: name, count: bad.length, first: bad[0]!.path, last: bad[bad.length - 1]!.path }, bad.flatMap((copy) => copy.places.slice(0, 1))));
    }
    notes.push(...frozen(own, name), ...zoneOfNames(own, name), ...rotationDanger(own, jobs, name));
  }
  for (const host of [...new Set(runs.map((run) => run.host))]) {
    const missed = runs.filter((run) => run.host === host && run.state === 'missed');
    if (missed.length > 0) notes.push(note('missed', { host: host ?? '?', count: missed.length, first: iso(missed[0]!.due), last: iso(missed[missed.length - 1]!.due) }, missed[0]!.job?.places ?? []));
    const hung = draft.facts.filter((fact) => fact.kind === 'process' && fact.host === host && /\bsnapshot\s+save\b/.test(fact.command) && !/\bgrep\b/.test(fact.command));
    if (hung.length > 1) notes.push(note('overlapping', { host: host ?? '?', count: hung.length }, hung.map((fact) => fact.at)));
  }
  if (jobs.every((job) => job.when === null) && (copies.length > 0 || jobs.length > 0)) notes.push(note('no-schedule', {}, jobs[0]?.places ?? copies[0]?.places ?? []));
  const verified = draft.facts.some((fact) => fact.kind === 'snapshot-status' || (fact.kind === 'command' && /snapshot\s+(?:status|check)/.test(fact.command))) || jobs.some((job) => job.script?.saves.some((save) => save.words.includes('status')) === true);
  if (!verified && copies.length > 0) notes.push(note('never-verified', {}, copies[0]!.places.slice(0, 1)));
  return notes;
}

const iso = (ms: number | null): string => (ms === null ? '?' : new Date(ms).toISOString().replace('.000Z', 'Z'));

/** Two copies of different runs with the same newest revision: nothing was written, or the job copies an old state. */
function frozen(own: readonly BackupCopy[], host: string): readonly AuditNote[] {
  const good = own.filter((copy) => copy.revision !== null && (copy.state === 'good' || copy.state === 'unchecked'));
  const same = good.filter((copy, i) => i > 0 && good[i - 1]!.revision === copy.revision && begin(copy) - begin(good[i - 1]!) > 5 * 60_000);
  return same.length === 0 ? [] : [note('frozen', { host, count: same.length + 1, revision: same[0]!.revision ?? '?' }, same.flatMap((copy) => copy.places.slice(0, 1)))];
}

/** The clock in the names against the clock of the content: a whole number of quarter hours apart is another zone. */
function zoneOfNames(own: readonly BackupCopy[], host: string): readonly AuditNote[] {
  const shifts = own.flatMap((copy) => {
    const [a, b] = [middle(copy.named), middle(copy.content)];
    if (a === null || b === null || copy.named?.best === null) return [];
    const quarters = Math.round((a - b) / 900_000);
    return [{ quarters, rest: Math.abs(a - b - quarters * 900_000), copy }];
  });
  const shifted = shifts.filter((one) => Math.abs(one.quarters) >= 2 && Math.abs(one.quarters) <= 56 && one.rest < 300_000);
  const [first] = shifted;
  if (first === undefined || shifted.length < 2 || shifted.some((one) => one.quarters !== first.quarters) || shifted.length < shifts.length * 0.8) return [];
  return [note('name-zone', { host, hours: first.quarters / 4 }, first.copy.places)];
}

/** Failed runs count as copies in a rotation by number, and the good ones are the oldest. */
function rotationDanger(own: readonly BackupCopy[], jobs: readonly BackupJob[], host: string): readonly AuditNote[] {
  const job = jobs.find((one) => (one.host === host || one.host === null) && one.script?.rotation?.by === 'count' && one.keep !== null);
  const keep = job?.keep ?? null;
  if (job === undefined || keep === null || job.disabled) return [];
  const newestGood = [...own].reverse().findIndex((copy) => copy.state === 'good');
  const bad = own.filter((copy) => copy.state === 'hung' || copy.state === 'empty' || copy.state === 'cut' || copy.state === 'damaged');
  if (newestGood < 0 || bad.length === 0) return [];
  return newestGood === 0 ? [] : [note('rotation-deletes-good', { host, keep, newer: newestGood }, job.places)];
}
