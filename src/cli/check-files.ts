import { readSnapshot } from '../etcd/snapshot/index.js';
import type { FileVerdict, SnapshotReport } from '../etcd/verdict.js';
import type { Language } from '../words/catalogue.js';
import { checkShare, snapshotOptions, type CheckReply } from './check-share.js';
import { databaseSource, openFailure } from './database-source.js';
import { checkThreads, digestsOf } from './head-start.js';
import { checkJson, checkText } from './snapshot-text.js';
import { hashesShown, type WantedHashes } from './wanted-hashes.js';

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

function shown(path: string, report: SnapshotReport, request: CheckRequest): Checked {
  return { verdict: report.verdict, text: request.json ? '' : checkText(path, report, request.language), json: request.json ? checkJson(path, report) : null };
}

function checkAlone(path: string, request: CheckRequest): Checked {
  const source = databaseSource(path, request.language);
  try {
    return shown(path, readSnapshot(source, { ...snapshotOptions(hashesShown(request.json, request.keysHash), source.byteLength), digests: digestsOf(path, source.byteLength) }), request);
  } finally {
    source.close();
  }
}

/**
 * Reads files in several threads where that helps. Undefined where none was read: threads are not worth
 * it, or the one that had taken the file ended early.
 */
export async function reportsOf(paths: readonly string[], hashes: WantedHashes): Promise<readonly (CheckReply | undefined)[]> {
  const threads = checkThreads(paths, hashes);
  if (threads === null) return paths.map(() => undefined);
  const { share, replies } = threads;
  checkShare(share, (reply) => void (replies[reply.index] = reply));
  await threads.join();
  return replies;
}

/**
 * Checks files, several at a time where that helps; what a thread that ended early took with it is done here.
 * Throws a sentence for people when one cannot be opened.
 */
export async function checkFiles(paths: readonly string[], request: CheckRequest): Promise<readonly Checked[]> {
  const replies = await reportsOf(paths, hashesShown(request.json, request.keysHash));
  return paths.map((path, index) => {
    const reply = replies[index];
    if (reply === undefined) return checkAlone(path, request);
    if ('failure' in reply) throw openFailure(path, reply.failure, request.language);
    return shown(path, reply.report, request);
  });
}
