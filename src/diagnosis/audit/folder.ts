import type { Severity } from '../../case/model.js';
import type { FileVerdict } from '../../etcd/verdict.js';
import { severityOf } from '../findings/registry.js';
import { runsBetween, type Schedule } from './schedule.js';

/** One backup file of the audited folders, read now or known from before. */
export interface FolderFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string | null;
  readonly state: 'good' | 'cut' | 'damaged' | 'empty' | 'hung' | 'unchecked';
  readonly verdict: FileVerdict | null;
  readonly revision: number | null;
  readonly keys: number | null;
  readonly clusterId: string | null;
  /** ms since the epoch: when its newest content was written, else its name, else its file time. */
  readonly takenAt: number;
  readonly takenBy: 'content' | 'name' | 'mtime';
  /** When the run that made it began: from its name, else its file time. */
  readonly begun: number;
}

/** What is demanded of the folders. */
export interface FolderDemands {
  readonly now: number;
  readonly schedule: Schedule | null;
  readonly maxAgeMs: number | null;
  /** Of the keys of the copy before. */
  readonly minKeysRatio: number | null;
}

export interface FolderFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface FolderVerdict {
  readonly files: readonly FolderFile[];
  readonly newest: FolderFile | null;
  /** Due times without a file, ms since the epoch. */
  readonly missed: readonly number[];
  readonly findings: readonly FolderFinding[];
  /** `good`: proven; `bad`: findings of weight; `undecided`: nothing bad, but nothing proven either. */
  readonly outcome: 'good' | 'bad' | 'undecided';
}

const states: Readonly<Record<FileVerdict, FolderFile['state']>> = { intact: 'good', 'digest-absent': 'unchecked', 'digest-wrong': 'damaged', truncated: 'cut', empty: 'empty', damaged: 'damaged', 'not-bbolt': 'damaged', unreadable: 'unchecked' };

/** State of a backup file from the verdict of its bytes; `.part` files never ended. */
export function stateOf(path: string, verdict: FileVerdict): FolderFile['state'] {
  return /\.part$/.test(path) ? 'hung' : states[verdict];
}

const lateMs = 15 * 60_000;

/** Judges the files of one or more backup folders; pure, so that the same night gives the same answer. */
export function judgeFolders(folder: string, unsorted: readonly FolderFile[], demands: FolderDemands): FolderVerdict {
  // By when the runs began, one clock for all: only the newest is dated by its content, and names may be in another zone.
  const files = [...unsorted].sort((a, b) => a.begun - b.begun || a.path.localeCompare(b.path));
  const good = files.filter((file) => file.state === 'good');
  const newest = good.at(-1) ?? null;
  const findings: FolderFinding[] = [];
  const add = (code: string, params: FolderFinding['params']): void => {
    findings.push({ code: `audit.${code}`, severity: severityOf(`audit.${code}`), params });
  };
  for (const [state, code] of [['damaged', 'damaged'], ['cut', 'cut'], ['empty', 'empty'], ['hung', 'hung']] as const) {
    const bad = files.filter((file) => file.state === state);
    if (bad.length > 0) add(code, { host: folder, count: bad.length, first: bad[0]!.path, last: bad[bad.length - 1]!.path });
  }
  if (newest === null && files.every((file) => file.state !== 'unchecked')) add('none-good', { folder });
  if (newest !== null && demands.maxAgeMs !== null && demands.now - newest.takenAt > demands.maxAgeMs) add('too-old', { age: Math.floor((demands.now - newest.takenAt) / 60_000), limit: Math.floor(demands.maxAgeMs / 60_000) });
  const last = good[good.length - 1];
  const before = good[good.length - 2];
  if (demands.minKeysRatio !== null && last !== undefined && before !== undefined && last.keys !== null && before.keys !== null && last.keys < before.keys * demands.minKeysRatio) add('keys-fell', { path: last.path, keys: last.keys, before: before.keys });
  const frozen = good.filter((file, i) => i > 0 && file.revision !== null && file.revision === good[i - 1]!.revision && Math.abs(file.begun - good[i - 1]!.begun) > 5 * 60_000);
  if (frozen.length > 0) add('frozen', { host: folder, count: frozen.length + 1, revision: frozen[0]!.revision ?? '?' });
  const clusters = new Set(good.map((file) => file.clusterId).filter((id) => id !== null));
  if (clusters.size > 1 && newest !== null) {
    const other = good.find((file) => file.clusterId !== null && file.clusterId !== newest.clusterId)!;
    add('other-cluster', { path: other.path, cluster: other.clusterId ?? '?', expected: newest.clusterId ?? '?' });
  }
  const missed = missedRuns(files, demands);
  if (missed.length > 0) add('missed', { host: folder, count: missed.length, first: new Date(missed[0]!).toISOString(), last: new Date(missed[missed.length - 1]!).toISOString() });
  const bad = findings.some((one) => one.severity === 'error' || one.severity === 'critical' || one.code === 'audit.missed');
  return { files, newest, missed, findings, outcome: bad ? 'bad' : newest === null ? 'undecided' : 'good' };
}

/** Runs that were due between the oldest file and now and left none. */
function missedRuns(files: readonly FolderFile[], { schedule, now }: FolderDemands): readonly number[] {
  if (schedule === null || files.length === 0) return [];
  const begun = files.map((file) => file.begun).sort((a, b) => a - b);
  const due = runsBetween(schedule, begun[0]! - 5_000, now - lateMs);
  let at = 0;
  return due.filter((time, i) => {
    const window = Math.min(lateMs, ((due[i + 1] ?? time + 4 * lateMs) - time) * 0.9);
    while (at < begun.length && begun[at]! < time - 5_000) at++;
    return at >= begun.length || begun[at]! > time + window;
  });
}
