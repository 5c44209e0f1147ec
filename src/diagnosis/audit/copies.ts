import type { FileFact, ProcessFact } from '../../artifacts/fact.js';
import type { Place } from '../../artifacts/place.js';
import type { Draft } from '../../case/draft.js';
import { timeInName } from '../../case/name-time.js';
import type { BackupAudit } from '../../case/model.js';
import type { Interval } from '../../time/interval.js';

export type CopyState = Exclude<BackupAudit['runs'][number]['state'], 'missed' | 'rotated' | 'not-due'>;

/** One result of a backup, however it is known: the file itself, a listing, a process that writes it. */
export interface BackupCopy {
  readonly host: string | null;
  readonly path: string;
  readonly state: CopyState;
  /** Candidate id, when the bundle has the file. */
  readonly candidate: string | null;
  readonly revision: number | null;
  readonly keys: number | null;
  /** When the job began, from the name. */
  readonly named: Interval | null;
  /** File time, from a listing or an archive. */
  readonly written: Interval | null;
  /** When its newest content was written. */
  readonly content: Interval | null;
  readonly places: readonly Place[];
}

const states: Readonly<Record<string, CopyState>> = { intact: 'good', 'digest-absent': 'unchecked', 'digest-wrong': 'damaged', truncated: 'cut', empty: 'empty', damaged: 'damaged', 'not-bbolt': 'damaged', unreadable: 'unchecked' };
/** What looks like a backup in a listing: in a backup folder, or named so. */
const backupPath = /backup|snapshot|kube_etcd|etcd-\d{4}-\d\d-\d\d|\/etcd[\w.-]*\.db(?:\.part|\.gz|\.zst)?$/i;
const notBackup = /\/member\/|\.sh$|\.log$|\.service$|\.timer$|\.env$|\.ya?ml$|\/lost\+found/;
/** The smallest database that etcd writes has a few pages. */
const smallest = 16 * 1024;

/** All copies that the bundle holds or names, one per file; the file itself beats its listing. */
export function backupCopies(draft: Draft): readonly BackupCopy[] {
  const copies = new Map<string, BackupCopy>();
  const put = (copy: BackupCopy): void => {
    const key = keyOf(copy);
    const known = copies.get(key);
    copies.set(key, known === undefined ? copy : better(known, copy));
  };
  for (const { candidate, taken } of draft.candidates) {
    if (candidate.kind === 'data-dir' || candidate.kind === 'db-file') continue;
    const path = candidate.hostPath ?? candidate.path;
    const content = candidate.takenAtBasis.some((one) => one.what === 'content') ? taken : null;
    const partial = /\.part$/.test(candidate.path);
    put({ host: candidate.host, path, state: partial ? 'hung' : (states[candidate.verdict] ?? 'unchecked'), candidate: candidate.id, revision: candidate.revision, keys: candidate.totalKeys, ...named(draft, candidate.path, candidate.host), written: null, content, places: candidate.evidence.slice(0, 1) });
  }
  for (const file of draft.files) {
    if (!/\.db\.part$/.test(file.path)) continue;
    const host = draft.manifest.find((entry) => entry.path === file.path)?.host ?? null;
    put({ host, path: file.path, state: 'hung', candidate: null, revision: null, keys: null, ...named(draft, file.path, host), written: null, content: null, places: [{ artifact: file.path, text: `${file.size} bytes` }] });
  }
  for (const fact of draft.facts) {
    if (fact.kind === 'file' && isBackup(fact)) put(listed(draft, fact));
    if (fact.kind === 'process') {
      const copy = running(draft, fact);
      if (copy !== null) put(copy);
    }
  }
  return [...copies.values()].sort((a, b) => begin(a) - begin(b));
}

function named(draft: Draft, path: string, host: string | null): { readonly named: Interval | null } {
  const found = timeInName(path);
  return { named: found === null ? null : draft.when(found.stamp, host, path) };
}

/** The same run by its named time; else by path. */
function keyOf(copy: BackupCopy): string {
  const text = timeInName(copy.path)?.text;
  return `${copy.host ?? ''} ${text ?? copy.path.replace(/\.part$/, '')}`;
}

const weight: Readonly<Record<CopyState, number>> = { good: 5, damaged: 5, cut: 5, empty: 4, hung: 3, unchecked: 1 };

function better(a: BackupCopy, b: BackupCopy): BackupCopy {
  const score = (copy: BackupCopy): number => (copy.candidate === null ? 0 : 10) + weight[copy.state];
  const [first, second] = score(a) >= score(b) ? [a, b] : [b, a];
  return { ...first, named: first.named ?? second.named, written: first.written ?? second.written, content: first.content ?? second.content, places: [...first.places, ...second.places].slice(0, 4) };
}

function isBackup(fact: FileFact): boolean {
  if (fact.type !== 'file' && fact.type !== 'directory') return false;
  if (!backupPath.test(fact.path) || notBackup.test(fact.path)) return false;
  return fact.type === 'directory' ? timeInName(fact.path.slice(fact.path.lastIndexOf('/'))) !== null : /\.(?:db|part|gz|zst|zip|tgz|xz)$|snapshot[^/]*$/i.test(fact.path);
}

function listed(draft: Draft, fact: FileFact): BackupCopy {
  const state: CopyState = fact.type === 'directory' || fact.size === null ? 'unchecked' : /\.part$/.test(fact.path) ? 'hung' : fact.size === 0 ? 'empty' : fact.size < smallest && /\.db$/.test(fact.path) ? 'cut' : 'unchecked';
  return { host: fact.host, path: fact.path, state, candidate: null, revision: null, keys: null, ...named(draft, fact.path, fact.host), written: fact.mtime === null ? null : draft.when(fact.mtime, fact.host, fact.at.artifact), content: null, places: [fact.at] };
}

/** A save that was still running at the collection. */
function running(draft: Draft, fact: ProcessFact): BackupCopy | null {
  const path = /\bsnapshot\s+save\s+(\S+)/.exec(fact.command)?.[1];
  if (path === undefined || /\bgrep\b/.test(fact.command)) return null;
  return { host: fact.host, path, state: 'hung', candidate: null, revision: null, keys: null, ...named(draft, path, fact.host), written: null, content: null, places: [fact.at] };
}

/** When the run of a copy began, as far as known. */
export function begin(copy: BackupCopy): number {
  const of = (time: Interval | null): number | null => (time === null ? null : (time.best ?? time.notBefore ?? time.notAfter));
  return of(copy.named) ?? of(copy.written) ?? of(copy.content) ?? Infinity;
}
