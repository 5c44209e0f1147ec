// Writes a snapshot of a given size with Kubernetes-like rows, for the benches. Same size, same bytes.
// Usage: npx tsx bench/bytes/generate.ts OUT_FILE MEGABYTES
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeBolt, type NewRow } from '../../src/formats/bbolt/write.js';

/** A small generator of numbers, the same on every machine (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function keyValue(key: Uint8Array, create: number, mod: number, version: number, value: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([0x0a, ...varint(key.length)]), key,
    Buffer.from([0x10, ...varint(create), 0x18, ...varint(mod), 0x20, ...varint(version), 0x2a, ...varint(value.length)]), value,
  ]);
}

function revision(main: number): Uint8Array {
  const bytes = Buffer.alloc(17);
  bytes.writeBigUInt64BE(BigInt(main), 0);
  bytes[8] = 0x5f;
  return bytes;
}

const kinds = ['pods', 'configmaps', 'secrets', 'events', 'leases', 'endpointslices', 'deployments', 'replicasets'];

/** Rows of about `megabytes`: every key is written three times on average, values from 200 bytes to 12 kB. */
function* rows(megabytes: number): Generator<NewRow> {
  const random = numbers(1);
  const pool = Buffer.alloc(1 << 20);
  for (let i = 0; i < pool.length; i++) pool[i] = 32 + Math.floor(random() * 95);
  const keys = Math.max(10, Math.floor((megabytes * 1e6) / (3 * 2300)));
  const created = new Map<number, { create: number; version: number }>();
  let written = 0;
  for (let main = 2; written < megabytes * 1e6 * 0.8; main++) {
    const n = Math.floor(random() * keys);
    const life = created.get(n) ?? { create: main, version: 0 };
    life.version += 1;
    created.set(n, life);
    const length = 200 + Math.floor(random() ** 3 * 11_800);
    const at = Math.floor(random() * (pool.length - length));
    const key = Buffer.from(`/registry/${kinds[n % kinds.length] ?? ''}/namespace-${n % 97}/object-${n}-${(n * 2654435761 % 2 ** 32).toString(16)}`);
    const value = keyValue(key, life.create, main, life.version, pool.subarray(at, at + length));
    written += value.length + 33;
    yield { key: revision(main), value };
  }
}

/** Writes one snapshot with its digest. */
export function generate(out: string, megabytes: number): void {
  const fd = openSync(out, 'w+');
  const number = (value: number): Uint8Array => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const text = (name: string, list: readonly NewRow[] = []): { name: Uint8Array; rows: Iterable<NewRow> } => ({ name: Buffer.from(name), rows: list });
  const size = writeBolt([
    text('alarm'), text('auth'), text('authRoles'), text('authUsers'),
    text('cluster', [{ key: Buffer.from('clusterVersion'), value: Buffer.from('3.5.0') }]),
    { name: Buffer.from('key'), rows: rows(megabytes) },
    text('lease'), text('members'), text('members_removed'),
    text('meta', [{ key: Buffer.from('consistent_index'), value: number(1000) }, { key: Buffer.from('term'), value: number(2) }]),
  ], (bytes, offset) => void writeSync(fd, bytes, 0, bytes.length, offset));
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(4 << 20);
  for (let at = 0; at < size; ) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, size - at), at);
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  writeSync(fd, hash.digest(), 0, 32, size);
  closeSync(fd);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , out, megabytes] = process.argv;
  if (out === undefined || megabytes === undefined) {
    console.error('usage: npx tsx bench/bytes/generate.ts OUT_FILE MEGABYTES');
    process.exit(2);
  }
  generate(out, Number(megabytes));
}
