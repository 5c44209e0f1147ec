// Hashes a file front to back beside another thread. Plain JavaScript, because a thread that others wait for
// must start without anybody's help: a loader of TypeScript would ask the thread that waits.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const pieceSize = 1 << 20;
const textStart = 16;

export function digestFile({ path, size, positions, place }) {
  const state = new Int32Array(place, 0, 2);
  try {
    const fd = openSync(path, 'r');
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(pieceSize);
    const marks = [...new Set(positions)].filter((mark) => mark >= 0 && mark <= size).sort((a, b) => a - b);
    const before = [];
    let at = 0;
    for (;;) {
      while (marks[0] === at) before.push([marks.shift(), hash.copy().digest('hex')]);
      const got = at < size ? readSync(fd, buffer, 0, Math.min(pieceSize, (marks[0] ?? size) - at), at) : 0;
      if (got === 0) break;
      hash.update(got === pieceSize ? buffer : buffer.subarray(0, got));
      at += got;
    }
    closeSync(fd);
    const text = Buffer.from(JSON.stringify({ whole: hash.digest('hex'), before, read: at }));
    new Uint8Array(place, textStart).set(text);
    Atomics.store(state, 1, text.length);
    Atomics.store(state, 0, 1);
  } catch {
    Atomics.store(state, 0, 2);
  }
  Atomics.notify(state, 0);
}

if (workerData?.digestTask !== undefined) digestFile(workerData.digestTask);
