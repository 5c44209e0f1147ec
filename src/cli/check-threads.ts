import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CheckReply, CheckShare } from './check-share.js';
import type { WantedHashes } from './wanted-hashes.js';

/** Below this much in total, starting threads takes longer than reading. */
const worthThreads = 48 * 2 ** 20;
/** Files up to here are read whole by one thread each; larger ones share two threads one after the other. */
const smallFile = 256 * 2 ** 20;

function size(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** True where threads finish sooner than one after the other would. */
export function isWorthThreads(paths: readonly string[]): boolean {
  if (Math.min(availableParallelism(), paths.length) < 2) return false;
  const sizes = paths.map(size);
  return Math.max(...sizes) <= smallFile && sizes.reduce((a, b) => a + b, 0) >= worthThreads;
}

/**
 * Threads that check the files of a list: one for each processor but that of the caller, who takes files
 * too. They do not keep the process alive before somebody waits for them.
 */
export class CheckThreads {
  readonly share: CheckShare;
  /** By place in the list; undefined for a file that nobody has answered on. */
  readonly replies: (CheckReply | undefined)[];
  private readonly workers: readonly Worker[];
  private readonly ended: Promise<unknown>;

  constructor(paths: readonly string[], hashes: WantedHashes) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.share = { paths, hashes, taken: new SharedArrayBuffer(4) };
    this.replies = paths.map(() => undefined);
    this.workers = Array.from({ length: Math.min(availableParallelism(), paths.length) - 1 }, () => new Worker(new URL(`./check-worker.${extension}`, import.meta.url), { workerData: this.share }));
    this.ended = Promise.all(this.workers.map((worker) => new Promise<void>((resolve) => {
      worker.on('message', (reply: CheckReply | null) => {
        if (reply === null) void worker.terminate();
        else this.replies[reply.index] = reply;
      });
      worker.on('error', () => resolve());
      worker.on('exit', () => resolve());
      worker.unref();
    })));
  }

  /** Waits until no thread works any more. */
  async join(): Promise<void> {
    for (const worker of this.workers) worker.ref();
    await this.ended;
  }
}
