// Writes a snapshot with many live Kubernetes objects: the real rows of a fixture, again and again under new names.
// Usage: npx tsx bench/kubernetes/generate.ts OUT_FILE MEGABYTES LIVE_KEYS
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { writeBolt, type NewRow } from '../../src/formats/bbolt/write.js';
import { bytesSource } from '../../src/formats/source.js';
import { writesOfFile } from '../../src/kubernetes/writes.js';

const fixture = fileURLToPath(new URL('../../test/fixtures/snapshots/v3.5.16/kubesphere-single-late.db.gz', import.meta.url));

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function row(main: number, key: Buffer, create: number, version: number, value: Buffer): NewRow {
  const revision = Buffer.alloc(17);
  revision.writeBigUInt64BE(BigInt(main), 0);
  revision[8] = 0x5f;
  const head = [0x0a, ...varint(key.length)];
  const numbers = [0x10, ...varint(create), 0x18, ...varint(main), 0x20, ...varint(version), 0x2a, ...varint(value.length)];
  return { key: revision, value: Buffer.concat([Buffer.from(head), key, Buffer.from(numbers), value]) };
}

/** The same object under another name of the same length, in its key and wherever its value names it. */
function renamed(key: string, value: Buffer, copy: number): { key: Buffer; value: Buffer } {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const suffix = copy.toString(36).padStart(4, '0');
  const other = name.slice(0, -4) + suffix;
  const bytes = Buffer.from(value);
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + name.length)) bytes.write(other, at, 'latin1');
  return { key: Buffer.from(key.slice(0, -name.length) + other), value: bytes };
}

function* rows(megabytes: number, liveKeys: number): Generator<NewRow> {
  const live = new Map<string, Buffer>();
  const beats: { key: string; value: Buffer }[] = [];
  for (const { key: bytes, value } of writesOfFile(bytesSource(gunzipSync(readFileSync(fixture))))) {
    const key = Buffer.from(bytes).toString();
    if (value === null) live.delete(key);
    else {
      live.set(key, Buffer.from(value));
      if (key.includes('/leases/')) beats.push({ key, value: Buffer.from(value) });
    }
  }
  const many = [...live].filter(([key]) => /\/registry\/(?:pods|events|configmaps|replicasets|deployments|secrets|endpointslices|app\.example\.com\/widgets)\//.test(key) && key.slice(key.lastIndexOf('/') + 1).length >= 8);
  let main = 1;
  let written = 0;
  const state = new Map<string, { create: number; version: number }>();
  const put = (key: Buffer, value: Buffer): NewRow => {
    main++;
    const name = key.toString();
    const known = state.get(name) ?? { create: main, version: 0 };
    known.version++;
    state.set(name, known);
    const made = row(main, key, known.create, known.version, value);
    written += made.value.length + 33;
    return made;
  };
  for (const [key, value] of live) yield put(Buffer.from(key), value);
  for (let n = 0; state.size < liveKeys; n++) {
    const [key, value] = many[n % many.length] as [string, Buffer];
    const other = renamed(key, value, Math.floor(n / many.length) + 1);
    yield put(other.key, other.value);
  }
  // Then the history: pods' status and the heartbeats of leases, until the file is large enough.
  for (let n = 0; written < megabytes * 1e6 * 0.95; n++) {
    const beat = beats[n % beats.length] as { key: string; value: Buffer };
    if (n % 4 === 0) yield put(Buffer.from(beat.key), beat.value);
    const [key, value] = many[(n * 7) % many.length] as [string, Buffer];
    const other = renamed(key, value, 1 + (n % Math.max(1, Math.floor(liveKeys / many.length) - 1)));
    yield put(other.key, other.value);
  }
}

const [out, megabytes, liveKeys] = process.argv.slice(2);
if (out === undefined || !(Number(megabytes) > 0) || !(Number(liveKeys) > 0)) throw new Error('usage: generate.ts OUT_FILE MEGABYTES LIVE_KEYS');
const file = openSync(out, 'w+');
const one = function* (key: string, value: Buffer): Generator<NewRow> {
  yield { key: Buffer.from(key), value };
};
const compacted = Buffer.from('00000000000000015f0000000000000000', 'hex');
const size = writeBolt(
  [
    { name: Buffer.from('key'), rows: rows(Number(megabytes), Number(liveKeys)) },
    { name: Buffer.from('meta'), rows: one('finishedCompactRev', compacted) },
  ],
  (bytes, offset) => void writeSync(file, bytes, 0, bytes.length, offset),
);
const hash = createHash('sha256');
const chunk = Buffer.alloc(1 << 20);
for (let at = 0; at < size; at += chunk.length) hash.update(chunk.subarray(0, readSync(file, chunk, 0, Math.min(chunk.length, size - at), at)));
const digest = hash.digest();
writeSync(file, digest, 0, digest.length, size);
closeSync(file);
process.stdout.write(`${out}: ${size + digest.length} bytes\n`);
