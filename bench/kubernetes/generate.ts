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

/** When the life of the fixture began and ended; seconds since the epoch. */
const [began, ended] = [Date.UTC(2023, 6, 7, 9) / 1000, Date.UTC(2023, 6, 7, 18) / 1000];
/** The fixture's last 547 renewals took ten minutes, and every fifth write of the history is one. */
const writesPerSecond = 4.5;

/** Where a value tells a time: seconds in a varint of five bytes, or text in JSON. */
function timesIn(value: Buffer): number[] {
  if (value[0] === 0x7b) return [...value.toString('latin1').matchAll(/2023-07-07T\d\d:\d\d:\d\d/g)].map(({ index }) => index);
  const places: number[] = [];
  for (let at = value.indexOf(0x08) + 1; at > 0; at = value.indexOf(0x08, at) + 1) {
    let seconds = 0;
    for (let i = 4; i >= 0; i--) seconds = seconds * 128 + ((value[at + i] ?? 0) & 0x7f);
    if (seconds >= began && seconds < ended) places.push(at);
  }
  return places;
}

/** The same value written at another time: its first time is the creation of its object, all others move to `now`. */
function dated(value: Buffer, created: number, now: number): Buffer {
  const bytes = Buffer.from(value);
  timesIn(value).forEach((at, n) => {
    const seconds = Math.floor(n === 0 ? created : now);
    if (value[0] === 0x7b) bytes.write(new Date(seconds * 1000).toISOString().slice(0, 19), at, 'latin1');
    else for (let i = 0, rest = seconds; i < 5; i++, rest = Math.floor(rest / 128)) bytes[at + i] = (rest % 128) + (i < 4 ? 128 : 0);
  });
  return bytes;
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
  const timeOf = (revision: number): number => began + revision / writesPerSecond;
  const state = new Map<string, { create: number; version: number }>();
  const put = (key: Buffer, value: Buffer): NewRow => {
    main++;
    const name = key.toString();
    const known = state.get(name) ?? { create: main, version: 0 };
    known.version++;
    state.set(name, known);
    const made = row(main, key, known.create, known.version, dated(value, timeOf(known.create), timeOf(main)));
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
    if (n % 4 === 0) {
      const beat = beats[(n / 4) % beats.length] as { key: string; value: Buffer };
      yield put(Buffer.from(beat.key), beat.value);
    }
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
