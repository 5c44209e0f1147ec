import { Worker } from 'node:worker_threads';
import type { Digests, DigestsElsewhere } from './digest.js';

/** Below this a thread costs more than it saves. */
const worthAThread = 32 * 2 ** 20;
const placeSize = 4096;
const textStart = 16;
const [waiting, there, failed] = [0, 1, 2];

/** A file to hash, and where another thread waits for the digests. */
interface DigestTask {
  readonly path: string;
  readonly size: number;
  /** Where, besides the end, the digest of what came before is wanted. */
  readonly positions: readonly number[];
  /** Two cells of 32 bits, then from byte 16 on room for the answer as JSON: cell 0 is 1 when it is there and 2 when it failed, cell 1 its length. */
  readonly place: SharedArrayBuffer;
}

interface Answer {
  readonly whole: string;
  readonly before: readonly (readonly [number, string])[];
  readonly read: number;
}

/** True for files whose digest a thread of its own should make. */
export const worthDigestBeside = (size: number): boolean => size >= worthAThread;

/** Waits for the digests; null when the other thread could not make them. */
function awaitDigests(place: SharedArrayBuffer): Digests | null {
  const state = new Int32Array(place, 0, 2);
  while (Atomics.load(state, 0) === waiting) if (Atomics.wait(state, 0, waiting, 60_000) === 'timed-out') return null;
  if (Atomics.load(state, 0) !== there) return null;
  const answer = JSON.parse(Buffer.from(new Uint8Array(place, textStart, Atomics.load(state, 1))).toString('utf8')) as Answer;
  return { whole: answer.whole, before: new Map(answer.before), read: answer.read };
}

/**
 * Hashes a file on disk in a second thread while this one reads it too. Returns a function that waits
 * for the digests; undefined for small files.
 */
export function digestBeside(path: string, size: number): DigestsElsewhere | undefined {
  if (!worthDigestBeside(size)) return undefined;
  return (positions) => {
    const place = new SharedArrayBuffer(placeSize);
    const worker = new Worker(new URL('./digest-file.cjs', import.meta.url), { workerData: { path, size, positions, place } satisfies DigestTask });
    worker.on('error', () => Atomics.store(new Int32Array(place), 0, failed));
    worker.unref();
    return () => awaitDigests(place);
  };
}
