import { bucketEntries, openBolt, type BucketEntry } from '../../formats/bbolt/db.js';
import type { Problem } from '../../formats/problem.js';
import type { ByteSource } from '../../formats/source.js';
import { clusterIdOf } from '../ids.js';
import type { FileVerdict, SnapshotReport } from '../verdict.js';
import { readContents, type Contents } from './contents.js';
import { digestSize, digestsOf, looksSigned } from './digest.js';

const mostProblems = 200;

function bigEndian(bytes: Uint8Array | undefined): bigint | null {
  return bytes === undefined || bytes.length < 8 ? null : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, false);
}

const compacted = (contents: Contents): bigint | null => {
  const [scheduled, finished] = [bigEndian(contents.meta.get('scheduledCompactRev')), bigEndian(contents.meta.get('finishedCompactRev'))];
  if (scheduled === null || finished === null) return scheduled ?? finished;
  return scheduled > finished ? scheduled : finished;
};

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Reads a snapshot or db file and judges it. Never throws for content; what is wrong is in `problems`. */
export function readSnapshot(source: ByteSource): SnapshotReport {
  const size = source.byteLength;
  const bolt = openBolt(source);
  const bodySize = bolt.metas.active === null ? null : bolt.highWater * bolt.pageSize;
  const end = bodySize === null ? size - digestSize : bodySize;
  const digests = digestsOf(source, [end]);
  const problems: Problem[] = [];
  const report = (problem: Problem): void => {
    if (problems.length < mostProblems) problems.push(problem);
  };

  const over = bodySize === null ? null : size - bodySize;
  const signed = bodySize === null ? looksSigned(size) : over !== null && over >= digestSize;
  const expected = signed ? hex(source.read(end, digestSize)) : null;
  const actual = signed ? (digests.before.get(end) ?? null) : null;
  let state: SnapshotReport['digest']['state'] = 'absent';
  if (size === 0 || (bodySize === null && !signed)) state = 'not-applicable';
  else if (over !== null && over < 0) state = 'not-applicable';
  else if (over !== null && over > 0 && over < digestSize) state = 'truncated';
  else if (expected !== null && over === digestSize) state = expected === actual ? 'right' : 'wrong';
  else if (expected !== null && expected === actual) state = 'wrong';
  else if (over !== null && over > digestSize && looksSigned(size)) state = 'wrong';

  const entries: BucketEntry[] = [];
  const visited = new Set<number>();
  for (const entry of bucketEntries(bolt, visited, report)) entries.push(entry);
  const backend = { bolt, visited, buckets: new Map(entries.map((entry) => [Buffer.from(entry.name).toString('latin1'), entry])) };
  const contents = readContents(backend, entries, report);
  const whole = problems.every((p) => p.severity !== 'fatal');

  let verdict: FileVerdict = state === 'right' ? 'intact' : state === 'wrong' ? 'digest-wrong' : 'digest-absent';
  if (size === 0) verdict = 'empty';
  else if (bolt.metas.active === null) verdict = bolt.metas.meta0?.error === 'invalid database' && (bolt.metas.meta1 === null || bolt.metas.meta1.error === 'invalid database') ? 'not-bbolt' : 'damaged';
  else if (over !== null && over < 0) verdict = 'truncated';
  else if (!whole || !backend.buckets.has('key')) verdict = 'damaged';

  const readable = verdict !== 'empty' && verdict !== 'not-bbolt' && bolt.metas.active !== null;
  const known = readable && backend.buckets.has('key');
  const text = (name: string): string | null => {
    const value = contents.meta.get(name);
    return value === undefined ? null : Buffer.from(value).toString('latin1');
  };
  return {
    size,
    sha256: digests.whole,
    verdict,
    digest: { state, expected, actual },
    revision: known ? contents.lastRevision : null,
    liveKeys: known ? contents.liveKeys : null,
    revisions: known ? contents.revisions : null,
    hash: whole && readable ? contents.hash : null,
    totalSize: bodySize,
    compactRevision: readable ? compacted(contents) : null,
    consistentIndex: bigEndian(contents.meta.get('consistent_index')),
    term: bigEndian(contents.meta.get('term')),
    clusterId: contents.members.length === 0 ? null : clusterIdOf(contents.members.map((m) => m.memberId)),
    members: contents.members,
    clusterVersion: contents.clusterVersion,
    storageVersion: text('storageVersion'),
    alarms: contents.alarms,
    authEnabled: contents.authEnabled,
    pageSize: bolt.metas.pageSizeKnown ? bolt.pageSize : null,
    bodySize,
    problems,
    restore: null,
    damage: { keysLost: 0, keysChanged: 0, provable: state === 'right' && whole },
  };
}
