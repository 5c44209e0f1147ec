import { openBolt, type Bolt } from '../../formats/bbolt/db.js';
import type { Problem } from '../../formats/problem.js';
import { bytesSource, type ByteSource } from '../../formats/source.js';
import { latin1 } from '../../formats/latin1.js';
import { clusterIdOfMembers } from '../founders.js';
import type { CleanStore } from '../start/store.js';
import type { FileVerdict, SnapshotReport } from '../verdict.js';
import type { Census } from './census.js';
import { compactRevision, contentsOf, metaNumber } from './contents.js';
import { damageOf } from './damage.js';
import { digestSize, judgeDigest, type Digests, type DigestsElsewhere } from './digest.js';
import { readOnce } from './pass.js';
import { predictRestores } from './prediction.js';
import { servedContent } from './served-keys.js';
import { inspectDatabase, type Findings } from './thorough.js';

/** What a reader may leave out, or bring along. */
export interface SnapshotOptions {
  /** Hash the served keys and values. Needs memory for every live value. Default: for trees up to 16 MiB. */
  readonly keysHash?: boolean;
  /** Compute the hash of `snapshot status`. Default: true. */
  readonly statusHash?: boolean;
  /** Predict restore and first start of every line. Default: true. */
  readonly predict?: boolean;
  /** Digests that another thread computes meanwhile (digestBeside). */
  readonly digests?: DigestsElsewhere | undefined;
}

/** Up to here everything is computed without being asked for. */
const smallFile = 16 * 2 ** 20;
/** Up to here a file fits into memory. */
export const memorySized = 64 * 2 ** 20;
/** Kept from one file to the next: a folder of backups would otherwise leave each one behind for the collector. */
let room: Buffer = Buffer.alloc(0);
const roomKept = 32 * 2 ** 20;

/** A small file is read once, into memory: following its history asks for every page again. It keeps the length it had when opened. */
function inMemory(source: ByteSource): ByteSource {
  if (source.stable === true) return source;
  let bytes: Uint8Array;
  if (source.readInto === undefined) bytes = new Uint8Array(source.read(0, source.byteLength));
  else {
    const target = room.length >= source.byteLength ? room : Buffer.allocUnsafeSlow(source.byteLength);
    if (target.length <= roomKept) room = target;
    bytes = target.subarray(0, source.readInto(target.subarray(0, source.byteLength), 0));
  }
  return { ...bytesSource(bytes), byteLength: source.byteLength };
}

/** Reads a snapshot or db file and judges it. Never throws for content; what is wrong is in `problems`. */
export function readSnapshot(file: ByteSource, options: SnapshotOptions = {}): SnapshotReport {
  const size = file.byteLength;
  const opened = openBolt(file);
  const { active } = opened.metas;
  const bodySize = active === null ? null : opened.highWater * opened.pageSize;
  // etcd lengthens its file in advance: only the part that the tree needs is work.
  const hash = options.keysHash ?? Math.min(size, bodySize ?? size) <= smallFile;
  const source = size <= (hash ? memorySized : smallFile) ? inMemory(file) : file;
  const bolt = source === file ? opened : openBolt(source);
  const { digests: awaitDigests, census } = readOnce(source, bolt, options.statusHash ?? true, options.digests);
  const findings = census === null ? inspectDatabase(bolt) : null;
  const contents = contentsOf((census ?? findings)?.small ?? new Map());
  const served = census !== null && (hash || census.historyHolds === false) ? servedContent(bolt, compactRevision(contents) ?? 1n, hash) : null;
  const numbers: Census | Findings | null = census ?? findings;
  const readable = active !== null;
  const known = readable && (census !== null || findings?.hasKeyBucket === true) ? numbers : null;
  const clean: CleanStore | null =
    census !== null && hasRealVersion(contents.meta.get('storageVersion'))
      ? { rows: census.small, lastRevision: census.lastRevision, liveKeys: census.liveKeys, keysHash: served?.keysHash ?? null }
      : null;
  const restore = options.predict === false ? null : predictRestores({
    source,
    bodyDigest: () => awaitDigests().before.get(size - digestSize) ?? null,
    trailer: size < digestSize ? null : Buffer.from(source.read(size - digestSize, digestSize)).toString('hex'),
    clean,
  });
  const digests = awaitDigests();
  const digest = judgeDigest(source, digests, bodySize);
  const problems = [...changeProblems(file, digests), ...sizeProblems(bolt, bodySize, digest), ...(findings?.problems ?? []), ...(served?.problems ?? [])];
  const newest = restore?.['3.7'];
  if (digest.state === 'right' && newest !== undefined && (!newest.accepted || newest.boot === 'dies' || newest.boot === 'hangs')) {
    const words = newest.message ?? newest.bootMessage ?? '';
    problems.push({ code: 'etcd.refused', severity: 'fatal', page: null, offset: null, message: `etcd 3.7, which reads the files of all earlier versions, would not start from it: ${words}` });
  }
  const verdict = verdictOf(bolt, size, bodySize, digest, problems);
  const storageVersion = contents.meta.get('storageVersion');
  return {
    size,
    sha256: digests.whole,
    verdict,
    digest,
    revision: known === null ? null : known.lastRevision,
    liveKeys: known === null ? null : known.liveKeys,
    revisions: known === null ? null : known.revisions,
    hash: census?.hash ?? (findings !== null && readable && findings.problems.every((p) => p.severity !== 'fatal') ? findings.hash : null),
    totalSize: bodySize,
    compactRevision: compactRevision(contents),
    consistentIndex: metaNumber(contents, 'consistent_index'),
    term: metaNumber(contents, 'term'),
    clusterId: clusterIdOfMembers(contents.members),
    members: contents.members,
    clusterVersion: contents.clusterVersion,
    storageVersion: storageVersion === undefined ? null : latin1(storageVersion),
    alarms: contents.alarms,
    authEnabled: contents.authEnabled,
    pageSize: bolt.metas.pageSizeKnown ? bolt.pageSize : null,
    bodySize,
    problems,
    restore,
    damage: damageOf(verdict, digest.state, findings),
  };
}

const hasRealVersion = (value: Uint8Array | undefined): boolean => value === undefined || /^\d+\.\d+\.\d+$/.test(latin1(value));

/** What somebody who still writes to the file did to its length while it was read. */
function changeProblems(file: ByteSource, digests: Digests): Problem[] {
  const size = file.byteLength;
  const now = Math.min(file.lengthNow?.() ?? size, digests.read < size ? digests.read : Infinity);
  if (now === size) return [];
  const [code, offset] = now < size ? ['file.shrank', now] : ['file.grew', size];
  return [{ code, severity: 'error', page: null, offset, message: `the file was ${size} bytes long when it was opened, and ${now} when it had been read: somebody writes to it` }];
}

/** Findings about the length: cut, extended. */
function sizeProblems(bolt: Bolt, bodySize: number | null, digest: SnapshotReport['digest']): Problem[] {
  const { source } = bolt;
  const size = source.byteLength;
  const found: Problem[] = [];
  const say = (code: string, severity: Problem['severity'], offset: number, message: string): void => void found.push({ code, severity, page: null, offset, message });
  if (bodySize === null) return found;
  if (size < bodySize) say('snapshot.truncated', 'fatal', size, `the file ends at ${size} bytes; its tree needs ${bodySize}: ${bodySize - size} bytes are missing`);
  else if (digest.state === 'truncated') say('snapshot.digest-cut', 'error', bodySize, `the digest is cut: ${size - bodySize} of 32 bytes are there`);
  else if (digest.state === 'wrong' && size - bodySize > digestSize && digest.expected === digest.actual) {
    say('snapshot.appended', 'error', bodySize + digestSize, `${size - bodySize - digestSize} bytes follow a whole snapshot; its first ${bodySize + digestSize} bytes carry a right digest`);
  } else if (digest.state === 'wrong' && size - bodySize !== digestSize) {
    say('snapshot.length', 'error', size, `the tree needs ${bodySize} bytes and a digest 32; the file has ${size}`);
  } else if (digest.state === 'absent' && size > bodySize) {
    const rest = source.read(bodySize, Math.min(size - bodySize, 1 << 20));
    const page = bodySize / (bolt.pageSize === 0 ? 4096 : bolt.pageSize);
    const isPage = rest.length >= 16 && Buffer.from(rest).readUInt32LE(0) === page && (rest[8] === 1 || rest[8] === 2);
    if (isPage) say('snapshot.copied-while-written', 'error', bodySize, `pages follow that the meta pages do not know (from page ${page} on): the file was copied while etcd wrote it, and can mix several moments`);
    else if (rest.some((byte) => byte !== 0)) say('snapshot.appended', 'error', bodySize, `${size - bodySize} bytes that are no digest follow the tree`);
  }
  return found;
}

function verdictOf(bolt: Bolt, size: number, bodySize: number | null, digest: SnapshotReport['digest'], problems: readonly Problem[]): FileVerdict {
  if (size === 0) return 'empty';
  const { active, meta0, meta1 } = bolt.metas;
  if (active === null || bodySize === null) {
    const magic = [meta0, meta1].some((meta) => meta !== null && meta.error !== 'invalid database');
    return magic ? 'damaged' : 'not-bbolt';
  }
  if (size < bodySize) return 'truncated';
  if (problems.some((p) => (p.severity === 'error' || p.severity === 'fatal') && !p.code.startsWith('snapshot.') && !p.code.startsWith('file.'))) return 'damaged';
  if (problems.some((p) => p.code.startsWith('file.'))) return 'unreadable';
  if (digest.state === 'right') return size === bodySize + digestSize ? 'intact' : 'damaged';
  return digest.state === 'wrong' ? 'digest-wrong' : 'digest-absent';
}
