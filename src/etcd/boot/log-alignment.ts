import { crc32c } from '../../formats/crc32c.js';
import { bucketOf, cursorOf, rootBucket } from '../../formats/bbolt/behaviour/tree.js';
import { latin1 } from '../../formats/latin1.js';
import { parseKeyValue } from '../key-value.js';
import { parseRevision, revisionKey } from '../revision-key.js';
import { entryData, type LogEntry } from '../raft/log.js';
import { entryType } from '../raft/messages.js';
import { decodeRequest, type TxnOperation } from '../raft/request.js';
import type { LoadedMember } from './member-start.js';

/** What comparing the newest rows with the log's entries around the consistent index shows. */
export interface Alignment {
  /** Rows that the entries above the consistent index would write are there already. */
  readonly appliedTwice: boolean;
  /** Keys whose newest rows are not what the log says. */
  readonly damaged: readonly string[];
}

/** The puts of one revision: key to CRC-32C of the value. */
type Puts = Map<string, number>;

const window = 4000;

/** Puts of the newest transactions in the database, oldest first; revisions without puts are left out. */
function newestTransactions(loaded: LoadedMember): Puts[] {
  const { backend } = loaded.database;
  if (backend === null) return [];
  const found = bucketOf(backend.tx, rootBucket(backend.tx), Buffer.from('key'));
  if (found.state !== 'found') return [];
  const transactions: { main: bigint; puts: Puts }[] = [];
  const { revision: current, compactRevision } = loaded.machine.store;
  // Older rows than those of the last few thousand revisions are not compared.
  const from = current - BigInt(window) > compactRevision ? current - BigInt(window) : compactRevision;
  const cursor = cursorOf(backend.tx, found.bucket);
  for (let row = cursor.seek(revisionKey(from < 0n ? 0n : from + 1n, 0n)); row !== null; row = cursor.next()) {
    const revision = parseRevision(backend.tx.map.bytes(row.key.at, row.key.length));
    if (revision === null || revision.tombstone || revision.revision.main <= compactRevision) continue;
    const keyValue = parseKeyValue(backend.tx.map.bytes(row.value.at, row.value.length));
    if (keyValue === null) continue;
    const last = transactions.at(-1);
    const puts = last?.main === revision.revision.main ? last.puts : new Map<string, number>();
    if (last?.main !== revision.revision.main) {
      transactions.push({ main: revision.revision.main, puts });
      if (transactions.length > window) transactions.shift();
    }
    puts.set(latin1(keyValue.key), crc32c(keyValue.value));
  }
  return transactions.map(({ puts }) => puts);
}

function collect(operations: readonly TxnOperation[], into: Puts[]): void {
  const puts: Puts = new Map();
  for (const operation of operations) {
    if (operation.kind === 'put' && !operation.ignoreValue) puts.set(latin1(operation.key), crc32c(operation.value));
    if (operation.kind === 'txn') {
      collect(operation.success, into);
      collect(operation.failure, into);
    }
  }
  if (puts.size > 0) into.push(puts);
}

/** What an entry may have put: one set for each branch that it has. */
function possiblePuts(loaded: LoadedMember, entry: LogEntry): Puts[] {
  const log = loaded.started?.log;
  if (log === undefined || entry.type !== entryType.normal || entry.dataLength === 0) return [];
  const { request } = decodeRequest(entryData(log, entry), log.dialect.protobuf);
  const branches: Puts[] = [];
  if (request?.operation.kind === 'put') collect([request.operation], branches);
  if (request?.operation.kind === 'txn') {
    collect(request.operation.success, branches);
    collect(request.operation.failure, branches);
  }
  return branches;
}

const same = (a: Puts, b: Puts): boolean => a.size === b.size && [...a].every(([key, crc]) => b.get(key) === crc);
const sameKeys = (a: Puts, b: Puts): boolean => a.size === b.size && [...a.keys()].every((key) => b.has(key));

/** Entries that may be passed over between two that wrote: failed transactions and the like. */
const most = 200;

/** How far from its place an entry with the same keys may lie. */
const nearby = 16;

/** Keys of rows that differ in value from the entry that must have written them, newest first. */
function compareBackwards(transactions: readonly Puts[], candidates: readonly Puts[][]): string[] {
  const damaged: string[] = [];
  let at = candidates.length - 1;
  for (let t = transactions.length - 1; t >= 0 && at >= 0; t--) {
    const wanted = transactions[t]!;
    const stop = Math.max(0, at - most);
    let i = at;
    while (i >= stop && !candidates[i]!.some((puts) => same(puts, wanted))) i -= 1;
    if (i >= stop) {
      at = i - 1;
      continue;
    }
    if (stop === 0) break;
    // Only close by: neighbours in the log made neighbouring revisions.
    const close = Math.max(stop, at - nearby);
    let j = at;
    while (j >= close && !candidates[j]!.some((puts) => sameKeys(puts, wanted))) j -= 1;
    if (j < close) continue;
    for (const puts of candidates[j]!) for (const [key, crc] of puts) if (wanted.has(key) && wanted.get(key) !== crc) damaged.push(key);
    at = j - 1;
  }
  return damaged;
}

/**
 * Compares the newest rows with the entries of the log. Entries up to the consistent index wrote the
 * rows that are there; if instead the newest rows match entries above it, a start applies them again.
 */
export function alignWithLog(loaded: LoadedMember): Alignment {
  const { started, database } = loaded;
  if (started === null) return { appliedTwice: false, damaged: [] };
  const transactions = newestTransactions(loaded);
  if (transactions.length === 0) return { appliedTwice: false, damaged: [] };
  const { entries } = started.read;
  const below = entries.filter(({ index }) => index <= database.consistentIndex).slice(-window);
  const above = entries.filter(({ index }) => index > database.consistentIndex).slice(0, window);
  const older = below.map((entry) => possiblePuts(loaded, entry)).filter((branches) => branches.length > 0);
  const newer = above.map((entry) => possiblePuts(loaded, entry)).filter((branches) => branches.length > 0);
  const last = transactions.at(-1)!;
  const fits = older.slice(-most).some((branches) => branches.some((puts) => same(puts, last)));
  // Without older entries to compare with, a few equal writes prove nothing.
  if (!fits && isAhead(transactions, newer, older.length === 0 ? 3 : 1)) return { appliedTwice: true, damaged: [] };
  return { appliedTwice: false, damaged: fits ? compareBackwards(transactions, older) : [] };
}

/**
 * True when the newest rows are, in order and nearly without exception, what the first entries above the
 * consistent index put. `least`: so many must agree, because the same value is often written again.
 */
function isAhead(transactions: readonly Puts[], newer: readonly Puts[][], least: number): boolean {
  const last = transactions.at(-1)!;
  for (let end = newer.length - 1; end >= 0; end--) {
    if (!newer[end]!.some((puts) => same(puts, last))) continue;
    let t = transactions.length - 1;
    let matched = 0;
    for (let i = end; i >= 0 && t >= 0; i--) {
      if (newer[i]!.some((puts) => same(puts, transactions[t]!))) {
        matched += 1;
        t -= 1;
      }
    }
    if (matched >= least && (matched >= (end + 1) * 0.9 || t < 0)) return true;
  }
  return false;
}
