// Hashes a file front to back beside the main thread, which waits on the first cell of `shared`.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { path, size, positions, shared } = workerData;
const state = new Int32Array(shared, 0, 2);
const text = new Uint8Array(shared, 16);
const pieceSize = 1 << 20;

try {
  const fd = openSync(path, 'r');
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  const marks = [...positions];
  const found = [];
  let at = 0;
  while (marks[0] === at) found.push([marks.shift(), hash.copy().digest('hex')]);
  while (at < size) {
    const got = readSync(fd, buffer, 0, Math.min(pieceSize, size - at, (marks[0] ?? size) - at), at);
    if (got === 0) break;
    hash.update(got === pieceSize ? buffer : buffer.subarray(0, got));
    at += got;
    while (marks[0] === at) found.push([marks.shift(), hash.copy().digest('hex')]);
  }
  closeSync(fd);
  const bytes = Buffer.from(JSON.stringify({ whole: hash.digest('hex'), before: found, read: at }));
  text.set(bytes);
  Atomics.store(state, 1, bytes.length);
  Atomics.store(state, 0, 1);
} catch {
  Atomics.store(state, 0, 2);
}
Atomics.notify(state, 0);
