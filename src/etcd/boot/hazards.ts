import type { Problem } from '../../formats/problem.js';
import { forEach, rootBucket } from '../../formats/bbolt/behaviour/tree.js';
import { latin1, printable } from '../../formats/latin1.js';
import { logFiles } from '../raft/log.js';
import type { LiveKey, Store } from '../replay/store.js';
import { knownBuckets } from '../snapshot/contents.js';
import type { BootReport } from '../verdict.js';
import { differenceOf, historyOf, valuesNeverPut, type LogHistory } from './log-history.js';
import { alignWithLog } from './log-alignment.js';
import { foreignTail, segmentBytes, tailLoss } from './lost-tail.js';
import type { LoadedMember, ServerKind } from './member-start.js';

type Hazard = BootReport['hazard'];

/** What was seen in the database before the log was applied to it. */
export interface BeforeReplay {
  /** Keys whose rows contradict themselves or the log. */
  readonly contradictions: readonly string[];
  readonly hazard: Hazard;
}

/** A revision that moves further than this in one step was never reached by writes. */
const jump = 1n << 15n;

/** The empty row that `snapshot restore --bump-revision` writes: no key, no value, no numbers. */
const isBumpMarker = (live: LiveKey): boolean => live.key === '' && live.lost !== true && live.createRevision === 0n && live.modRevision === 0n && live.version === 0n;

/** Live rows whose numbers cannot be what etcd wrote (etcd-formats 5.3): keys that are hit. */
export function contradictions(store: Store): string[] {
  const found: string[] = [];
  for (const [key, live] of store.live) {
    const { createRevision, modRevision, version, revision } = live;
    const first = version === 1n;
    if (isBumpMarker(live)) continue;
    if (live.lost === true || modRevision !== revision.main || createRevision > modRevision || version < 1n || first !== (createRevision === modRevision)) found.push(key);
  }
  return found;
}

/** Rows of the newest revision, as etcd numbers them. */
function lastTwo(store: Store): { readonly newest: bigint; readonly before: bigint } {
  let newest = 0n;
  let before = 0n;
  for (const live of store.live.values()) {
    const { revision } = live;
    // A restore that bumps the revision moves it on purpose: what lies below does not count.
    if (isBumpMarker(live)) return { newest: store.revision, before: store.revision };
    if (revision.main > newest) [newest, before] = [revision.main, newest];
    else if (revision.main < newest && revision.main > before) before = revision.main;
  }
  return { newest, before };
}

/** True when the current revision was not reached by writes: a compaction mark or the last row is far beyond the others. */
function jumped(store: Store): boolean {
  const { newest, before } = lastTwo(store);
  return store.revision > newest + jump || (newest > before + jump && newest === store.revision);
}

/** Root buckets that etcd does not know, or bucket `key` gone although others are there. */
function strangeBuckets(loaded: LoadedMember): string[] {
  const { backend } = loaded.database;
  if (backend === null) return [];
  const names = new Set<string>();
  for (const row of forEach(backend.tx, rootBucket(backend.tx))) names.add(latin1(backend.tx.map.bytes(row.key.at, row.key.length)));
  const strange = [...names].filter((name) => !knownBuckets.has(name)).map((name) => `bucket ${printable(name)} is none of etcd's`);
  if (!names.has('key') && names.size > 0) strange.push('bucket key is missing');
  return strange;
}

/** Looks at the database before the log changes it. */
export function beforeReplay(loaded: LoadedMember): BeforeReplay {
  const { store } = loaded.machine;
  const found = contradictions(store);
  const alignment = loaded.started === null ? null : alignWithLog(loaded);
  const hazard: Hazard = jumped(store) ? 'revision-jump' : alignment?.appliedTwice === true ? 'applied-twice' : null;
  return { contradictions: [...found, ...(alignment?.damaged ?? [])], hazard };
}

function judgeByHistory(history: LogHistory, loaded: LoadedMember): { readonly hazard: Hazard; readonly problems: readonly Problem[] } {
  const expected = history.machine;
  const actual = loaded.machine;
  const difference = differenceOf(expected, actual);
  const { store } = actual;
  if (difference.count === 0 && store.revision === expected.store.revision) return { hazard: null, problems: [] };
  const counts = `${difference.lost.length === 0 ? '' : `lost: ${difference.lost.map((key) => printable(key)).join(', ')}; `}${difference.changed.length === 0 ? '' : `changed: ${difference.changed.map((key) => printable(key)).join(', ')}; `}${difference.added.length === 0 ? '' : `added: ${difference.added.map((key) => printable(key)).join(', ')}; `}`;
  const problem: Problem = {
    code: 'boot.differs-from-log', severity: 'error', offset: null, page: null,
    message: `the log holds every write since the store was empty, and leads to revision ${expected.store.revision}; the database with the log applied comes to revision ${store.revision} and differs in ${difference.count} keys (${counts.replace(/; $/, '')})`,
    keys: [...difference.lost, ...difference.changed, ...difference.added].slice(0, 12).map((key) => printable(key)),
  };
  const hazard: Hazard =
    store.revision > expected.store.revision
      ? store.revision > expected.store.revision + BigInt(history.entries) || (difference.count === 0 && store.compactRevision > expected.store.compactRevision)
        ? 'revision-jump'
        : 'applied-twice'
      : store.revision < expected.store.revision
        ? 'acknowledged-writes-lost'
        : 'keys-damaged';
  return { hazard, problems: [problem] };
}

/**
 * The silent hazards of a start that works: what etcd would not say. Compares with the log wherever the
 * log can tell.
 */
export function hazardsOf(loaded: LoadedMember, server: ServerKind, before: BeforeReplay, appliedIndex: bigint): { readonly hazard: Hazard; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const note = (code: string, message: string, keys: readonly string[] = []): void => {
    problems.push({ code, severity: 'error', offset: null, page: null, message, ...(keys.length === 0 ? {} : { keys: keys.slice(0, 12).map((key) => printable(key)) }) });
  };
  const original = logFiles(loaded.files.wal, server.version);
  const { started, database } = loaded;
  const tail = started === null ? null : tailLoss(original, started);
  const name = original.names.at(-1)?.name ?? '';
  const foreign = started === null ? null : foreignTail(original, started);
  if (foreign !== null) problems.push({ code: 'wal.foreign-tail', severity: 'warning', offset: foreign, page: null, message: `${name}: etcd cuts off what follows the last record, which never was one` });
  if (tail?.kind === 'torn') note('wal.torn', `${name}: etcd cuts off ${tail.bytes} bytes behind the last whole record; a write in them may have been acknowledged`);
  if (tail?.kind === 'records-behind-end') note('wal.records-behind-end', `${name}: reading ends at ${started?.read.endOffset ?? 0}, whole records follow at ${tail.offset}; etcd overwrites them`);
  if (tail?.kind === 'cut-short') note('wal.cut-short', `${name}: ends right behind a record at ${tail.size} bytes, where etcd keeps ${segmentBytes}; it was repaired or cut once, and what followed is gone`);
  const end = started?.read.endOffset ?? 0;
  if (tail === null && end > 0 && end % 512 === 0) {
    problems.push({ code: 'wal.ends-on-sector', severity: 'info', offset: end, page: null, message: `${name}: the log ends exactly where a disk sector ends (offset ${end}): by chance, as one log in 64 does, or because the next sector never reached the disk` });
  }
  const strange = strangeBuckets(loaded);
  for (const sentence of strange) note('etcd.bucket', sentence);
  if (before.contradictions.length > 0) note('etcd.row-contradiction', `${before.contradictions.length} live keys contradict their own revisions or the log`, before.contradictions);
  const claim = database.backend?.wrongClaim ?? null;
  if (claim?.kind === 'beyond') note('bbolt.claims-too-much', `${loaded.files.db?.path ?? 'db'}: page ${claim.page} claims pages that the file does not have; once it is written anew, etcd hands them out and ends`);
  if (claim?.kind === 'unclaimed') note('bbolt.claims-too-little', `${loaded.files.db?.path ?? 'db'}: page ${claim.page} fills pages that count as free; the next writes overwrite them, and etcd ends then or does not start again`);
  const last = started?.read.entries.at(-1)?.index ?? 0n;
  const reaches = started !== null && last >= database.consistentIndex;
  const history = reaches ? historyOf(started.log, loaded.marks, appliedIndex, server.behaviour) : null;
  const never = reaches && history === null ? valuesNeverPut(started.log, loaded.marks, loaded.machine) : [];
  if (never.length > 0) note('boot.differs-from-log', `the log holds every write since the store was empty, and none that gave ${never.length} keys the values that they have`, never);
  const byHistory = history === null ? null : judgeByHistory(history, loaded);
  if (claim?.kind === 'wraps') note('bbolt.txid', `${loaded.files.db?.path ?? 'db'}: meta page ${claim.page} carries a transaction number that starts from 0 again in one of the next writes; etcd then goes on from an old tree, and ends`);
  problems.push(...(byHistory?.problems ?? []));
  const damaged = before.contradictions.length > 0 || never.length > 0 || strange.some((sentence) => sentence.includes('key is missing'));
  const content = byHistory !== null ? byHistory.hazard : (before.hazard ?? (damaged ? 'keys-damaged' : null));
  return { hazard: content ?? (tail !== null ? 'acknowledged-writes-lost' : claim?.kind === 'unclaimed' ? 'write-dies' : null), problems };
}
