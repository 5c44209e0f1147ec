// Hashes a file front to back beside another thread. Plain CommonJS: a thread that others wait for must start
// without a loader of TypeScript, which would ask the thread that waits, and sooner than a module does.
'use strict';
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

/** Pieces of which two fit into the cache of a processor, beside what the other thread reads. */
const pieceSize = 1 << 17;
const textStart = 16;

function digestFile({ path, size, positions, place }) {
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

// The end of the program ends it: left to end by itself, it could wait for ever (src/cli/check-worker.ts).
parentPort.on('message', () => undefined);
digestFile(workerData);
