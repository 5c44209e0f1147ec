import { crc32c } from '../../formats/crc32c.js';
import { bucketEntries, type Bolt, type Row } from '../../formats/bbolt/db.js';
import { inspectBucket, inspectTree, isBucketRow, keptRange, keptRow, type LostRange } from '../../formats/bbolt/inspect.js';
import { noFreelist, pageFlag } from '../../formats/bbolt/layout.js';
import { writesLeft } from '../../formats/bbolt/meta.js';
import { readAhead } from '../../formats/read-ahead.js';
import { PageSet, type ReachedPages } from '../../formats/bbolt/page-set.js';
import { pageType, readPage } from '../../formats/bbolt/page.js';
import type { Problem } from '../../formats/problem.js';
import { latin1 } from '../../formats/latin1.js';
import { compactRevision, contentsOf, knownBuckets } from './contents.js';
import { historyOf } from './history.js';
import { checkRow } from './row-checks.js';

/** What the thorough reader found in a database that is not clean at first sight. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly small: ReadonlyMap<string, readonly Row[]>;
  readonly hasKeyBucket: boolean;
  readonly hash: number;
  readonly revisions: number;
  readonly lastRevision: bigint;
  readonly liveKeys: number;
  /** Rows of bucket `key` that cannot be trusted, and the subtrees of it that are gone. */
  readonly badRows: number;
  readonly badKeys: ReadonlySet<string>;
  readonly lost: readonly LostRange[];
}

/** Problems beyond this many of one kind are counted, not listed. */
const mostOfAKind = 50;

/** Lists problems, the first of each kind, and says how many more there were. */
function collector(): { readonly report: (problem: Problem) => void; readonly problems: () => readonly Problem[] } {
  const problems: Problem[] = [];
  const counts = new Map<string, number>();
  return {
    report: (problem) => {
      const count = (counts.get(problem.code) ?? 0) + 1;
      counts.set(problem.code, count);
      if (count <= mostOfAKind) problems.push(problem);
    },
    problems: () => [
      ...problems,
      ...[...counts].filter(([, count]) => count > mostOfAKind).map(([code, count]): Problem => ({
        code, severity: 'info', page: null, offset: null, message: `${count - mostOfAKind} more problems of the kind ${code} are not listed`,
      })),
    ],
  };
}

function metaProblems(bolt: Bolt, report: (problem: Problem) => void): void {
  const { meta0, meta1, active } = bolt.metas;
  if (active === null) return;
  const say = (page: number, code: string, message: string): void => report({ code, severity: 'error', page, offset: page * bolt.pageSize, message });
  for (const [n, meta] of [meta0, meta1].entries()) {
    if (meta === null) say(n, 'bbolt.meta-missing', `meta page ${n} lies beyond the end of the file`);
    else if (meta.error !== null) say(n, 'bbolt.meta-invalid', `meta page ${n}: ${meta.error}; the other one is used`);
    else if (meta.headerId !== BigInt(n) || meta.headerFlags !== 4) say(n, 'bbolt.meta-header', `meta page ${n} has the page id ${meta.headerId} and the flags ${meta.headerFlags.toString(16)}`);
  }
  const left = writesLeft(active.txid);
  if (left !== undefined) say(active.page, 'bbolt.txid', `meta page ${active.page} carries transaction ${active.txid}: after ${left} writes the number starts from 0 again, and the tree is destroyed`);
  if (meta0?.error === null && meta1?.error === null && meta0.txid === meta1.txid) say(1, 'bbolt.meta-copy', `both meta pages carry transaction ${meta0.txid}`);
  if (active.freelist !== noFreelist) report({ code: 'bbolt.stored-freelist', severity: 'info', page: Number(active.freelist < 2n ** 53n ? active.freelist : 0n), offset: null, message: 'the file carries a list of free pages: another program than etcd on Linux wrote it' });
}

/** A stored list of free pages: right type, each page once, none in use, none beyond the end (bbolt tx_check.go). */
function freelistProblems(bolt: Bolt, used: Pick<ReachedPages, 'has'>, report: (problem: Problem) => void): void {
  const { active } = bolt.metas;
  if (active === null || active.freelist === noFreelist) return;
  const number = active.freelist < BigInt(bolt.highWater) ? Number(active.freelist) : -1;
  const say = (message: string): void => report({ code: 'bbolt.freelist', severity: 'error', page: number < 0 ? null : number, offset: number < 0 ? null : number * bolt.pageSize, message });
  const page = number < 2 ? null : readPage(bolt.source, number, bolt.pageSize, bolt.metas.littleEndian);
  if (page === null || page.flags !== pageFlag.freelist || page.id !== active.freelist) {
    say(`the list of free pages should be on page ${active.freelist}, which is ${page === null ? 'not in the file' : `page ${page.id} of type ${pageType(page.flags)}`}`);
    return;
  }
  const wide = page.count === 0xffff;
  const count = wide && page.bytes.length >= 24 ? Number(page.view.getBigUint64(16, page.littleEndian)) : page.count;
  const room = Math.floor((page.bytes.length - (wide ? 24 : 16)) / 8);
  const free = new Set<bigint>();
  let [beyond, twice, inUse] = [0, 0, 0];
  for (let i = 0; i < Math.min(count, room); i++) {
    const id = page.view.getBigUint64((wide ? 24 : 16) + i * 8, page.littleEndian);
    if (id < 2n || id >= BigInt(bolt.highWater)) beyond += 1;
    else if (free.has(id)) twice += 1;
    else if (used.has(Number(id))) inUse += 1;
    free.add(id);
  }
  if (count > room) say(`the list of free pages names ${count} pages; its page holds ${room}`);
  if (beyond > 0) say(`${beyond} ids in the list of free pages lie outside the file`);
  if (twice > 0) say(`${twice} pages stand in the list of free pages more than once; one page would be used twice`);
  if (inUse > 0) say(`${inUse} pages in the list of free pages are in use; the next writes would overwrite them`);
}

/** Reads everything that can be read, and lists everything that is wrong. */
export function inspectDatabase(file: Bolt): Findings {
  const bolt: Bolt = { ...file, source: readAhead(file.source) };
  const { report, problems } = collector();
  metaProblems(bolt, report);
  const visited = new PageSet(bolt.source.byteLength, bolt.pageSize);
  const { active } = bolt.metas;
  const rootLost: LostRange[] = [];
  if (active !== null) {
    const root = active.root > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(active.root);
    inspectTree(bolt, root, visited, {
      report,
      lost: (range) => rootLost.push(range),
      row: (row) => (isBucketRow(row) ? undefined : report({ code: 'etcd.root-row', severity: 'fatal', page: row.page, offset: row.page * bolt.pageSize, message: `page ${row.page}: the root holds a plain row named "${latin1(row.key.subarray(0, 64))}"` })),
    });
  }
  const small = new Map<string, Row[]>();
  const names: string[] = [];
  const history = historyOf();
  const badKeys = new Set<string>();
  const lost: LostRange[] = [];
  let [hash, revisions, badRows, lastRevision] = [0, 0, 0, 0n];
  const noteBad = (problem: Problem): void => {
    badRows += 1;
    for (const key of problem.keys ?? []) badKeys.add(key);
    report(problem);
  };
  for (const entry of bucketEntries(bolt, new Set(), report)) {
    const name = latin1(entry.name);
    if (!entry.isBucket) continue;
    names.push(name);
    if (!knownBuckets.has(name)) report({ code: 'etcd.unknown-bucket', severity: 'error', page: entry.page, offset: entry.page * bolt.pageSize, message: `etcd has no bucket "${name}"` });
    hash = crc32c(entry.name, hash);
    const list: Row[] = [];
    inspectBucket(bolt, entry, visited, {
      report,
      lost: (range) => (name === 'key' ? lost.push(keptRange(range)) : undefined),
      row: (row) => {
        // The value of a row follows its key.
        hash = crc32c(new Uint8Array(row.key.buffer, row.key.byteOffset, row.key.length + row.value.length), hash);
        if (name !== 'key') {
          list.push(keptRow(row));
          return;
        }
        revisions += 1;
        if (row.key.length >= 8) lastRevision = new DataView(row.key.buffer, row.key.byteOffset, 8).getBigInt64(0, false);
        const sound = checkRow(row, bolt.pageSize, noteBad);
        if (sound !== null) history.row(sound);
      },
    });
    if (name !== 'key') small.set(name, list);
  }
  for (const gap of history.gaps(compactRevision(contentsOf(small)) ?? 1n)) report({ ...gap, page: null, offset: null });
  freelistProblems(bolt, visited, report);
  if (active !== null && !names.includes('key')) report({ code: 'etcd.no-key-bucket', severity: 'fatal', page: null, offset: null, message: 'there is no bucket "key": no key can be read' });
  if (active !== null && !names.includes('meta')) report({ code: 'etcd.no-meta-bucket', severity: 'error', page: null, offset: null, message: 'there is no bucket "meta"' });
  return {
    problems: problems(), small, hasKeyBucket: names.includes('key'), hash, revisions, lastRevision,
    liveKeys: history.liveKeys(), badRows, badKeys, lost: [...rootLost, ...lost],
  };
}
