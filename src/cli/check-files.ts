import { availableParallelism } from 'node:os';
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { readSnapshot } from '../etcd/snapshot/index.js';
import type { FileVerdict, SnapshotReport } from '../etcd/verdict.js';
import type { Language } from '../words/catalogue.js';
import { checkShare, snapshotOptions, type CheckReply, type CheckShare } from './check-share.js';
import { databaseSource, openFailure } from './database-source.js';
import { digestsOf } from './head-start.js';
import { checkJson, checkText } from './snapshot-text.js';

/** How files are to be checked and shown. */
export interface CheckRequest {
  readonly keysHash: boolean;
  readonly json: boolean;
  readonly language: Language;
}

/** The answer on one file, ready to be printed. */
export interface Checked {
  readonly verdict: FileVerdict;
  readonly text: string;
  readonly json: Record<string, unknown> | null;
}

/** The hash of what would be served stands in the JSON alone. */
const hashesKeys = (request: CheckRequest): boolean => request.keysHash && request.json;

function shown(path: string, report: SnapshotReport, request: CheckRequest): Checked {
  return { verdict: report.verdict, text: request.json ? '' : checkText(path, report, request.language), json: request.json ? checkJson(path, report) : null };
}

/** Below this much in total, starting threads takes longer than reading. */
const worthThreads = 48 * 2 ** 20;
/** Files up to here are read whole by one thread each; larger ones share two threads one after the other. */
const smallFile = 256 * 2 ** 20;

function checkAlone(path: string, request: CheckRequest): Checked {
  const source = databaseSource(path, request.language);
  try {
    return shown(path, readSnapshot(source, { ...snapshotOptions(hashesKeys(request), source.byteLength), digests: digestsOf(path, source.byteLength) }), request);
  } finally {
    source.close();
  }
}

function size(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** True where threads finish sooner than one after the other would. */
function isWorthThreads(paths: readonly string[]): boolean {
  const sizes = paths.map(size);
  return Math.min(availableParallelism(), paths.length) >= 2 && Math.max(...sizes) <= smallFile && sizes.reduce((a, b) => a + b, 0) >= worthThreads;
}

/**
 * Reads files in several threads where that helps. Undefined where none was read: threads are not worth
 * it, or the one that had taken the file ended early.
 */
export async function reportsOf(paths: readonly string[], hashKeys: boolean): Promise<readonly (CheckReply | undefined)[]> {
  const replies: (CheckReply | undefined)[] = paths.map(() => undefined);
  if (paths.length === 0 || !isWorthThreads(paths)) return replies;
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const share: CheckShare = { paths, hashKeys, taken: new SharedArrayBuffer(4) };
  const others = Array.from({ length: Math.min(availableParallelism(), paths.length) - 1 }, () => new Promise<void>((resolve) => {
    const worker = new Worker(new URL(`./check-worker.${extension}`, import.meta.url), { workerData: share });
    worker.on('message', (reply: CheckReply) => void (replies[reply.index] = reply));
    worker.on('error', () => resolve());
    worker.on('exit', () => resolve());
  }));
  checkShare(share, (reply) => void (replies[reply.index] = reply));
  await Promise.all(others);
  return replies;
}

/**
 * Checks files, several at a time where that helps; what a thread that ended early took with it is done here.
 * Throws a sentence for people when one cannot be opened.
 */
export async function checkFiles(paths: readonly string[], request: CheckRequest): Promise<readonly Checked[]> {
  const replies = await reportsOf(paths, hashesKeys(request));
  return paths.map((path, index) => {
    const reply = replies[index];
    if (reply === undefined) return checkAlone(path, request);
    if ('failure' in reply) throw openFailure(path, reply.failure, request.language);
    return shown(path, reply.report, request);
  });
}
