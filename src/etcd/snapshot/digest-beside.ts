import { Worker } from 'node:worker_threads';
import type { DigestsElsewhere } from './pass.js';

/** Below this a thread costs more than it saves. */
const worthAThread = 32 * 2 ** 20;
const answerSize = 4096;

interface Answer {
  readonly whole: string;
  readonly before: readonly (readonly [number, string])[];
  readonly read: number;
}

/**
 * Hashes a file on disk in a second thread while this one reads it too. Returns a function that waits
 * for the digests; undefined for small files.
 */
export function digestBeside(path: string, size: number): DigestsElsewhere | undefined {
  if (size < worthAThread) return undefined;
  return (positions) => {
    const shared = new SharedArrayBuffer(answerSize);
    const state = new Int32Array(shared, 0, 2);
    const marks = [...new Set(positions)].filter((p) => p >= 0 && p <= size).sort((a, b) => a - b);
    const worker = new Worker(new URL('./digest-worker.mjs', import.meta.url), { workerData: { path, size, positions: marks, shared } });
    worker.on('error', () => Atomics.store(state, 0, 2));
    worker.unref();
    return () => {
      while (Atomics.load(state, 0) === 0) if (Atomics.wait(state, 0, 0, 60_000) === 'timed-out') return null;
      if (Atomics.load(state, 0) !== 1) return null;
      const answer = JSON.parse(Buffer.from(new Uint8Array(shared, 16, Atomics.load(state, 1))).toString('utf8')) as Answer;
      return { whole: answer.whole, before: new Map(answer.before), read: answer.read };
    };
  };
}
