import { availableParallelism } from 'node:os';
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { memorySized, readSnapshot, type SnapshotOptions } from '../etcd/snapshot/index.js';
import type { FileVerdict, SnapshotReport } from '../etcd/verdict.js';
import type { Language } from '../words/catalogue.js';
import { databaseSource } from './database-source.js';
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

/**
 * What is needed for the answer: the hash of what would be served stands in the JSON alone. A file that is
 * asked about alone is followed row by row while it fits into memory; a folder is not, where digests are right.
 */
export function optionsFor(request: CheckRequest, alone: number | null = null): SnapshotOptions {
  if (!request.keysHash) return { history: false, keysHash: false };
  const thorough = alone !== null && alone <= memorySized;
  return { ...(thorough ? { history: true } : {}), ...(request.json ? (thorough ? { keysHash: true } : {}) : { keysHash: false }) };
}

export function checkOne(path: string, report: SnapshotReport, request: CheckRequest): Checked {
  return { verdict: report.verdict, text: request.json ? '' : checkText(path, report, request.language), json: request.json ? checkJson(path, report) : null };
}

/** Below this much in total, starting threads takes longer than reading. */
const worthThreads = 48 * 2 ** 20;
/** Files up to here are read whole by one thread each; larger ones share two threads one after the other. */
const smallFile = 256 * 2 ** 20;

const size = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

type Reply = { readonly index: number } & ({ readonly checked: Checked } | { readonly failure: string });

/** Checks files, several at a time where that helps. Throws a sentence for people when one cannot be opened. */
export async function checkFiles(paths: readonly string[], request: CheckRequest): Promise<readonly Checked[]> {
  const sizes = paths.map(size);
  const threads = Math.min(availableParallelism(), paths.length);
  if (threads < 2 || Math.max(...sizes) > smallFile || sizes.reduce((a, b) => a + b, 0) < worthThreads) {
    return paths.map((path) => {
      const source = databaseSource(path, request.language);
      return checkOne(path, readSnapshot(source, { ...optionsFor(request, paths.length === 1 ? source.byteLength : null), digests: digestsOf(path, source.byteLength) }), request);
    });
  }
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const done: Checked[] = [];
  let next = 0;
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        const index = next++;
        if (index < paths.length) worker.postMessage({ index, path: paths[index], request });
        else resolve();
      };
      worker.on('error', reject);
      worker.on('message', (reply: Reply) => {
        if ('failure' in reply) reject(new Error(reply.failure));
        else {
          done[reply.index] = reply.checked;
          give();
        }
      });
      give();
    });
  const workers = Array.from({ length: threads }, () => new Worker(new URL(`./check-worker.${extension}`, import.meta.url)));
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return done;
}
