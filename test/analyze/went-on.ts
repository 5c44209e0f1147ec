import { createHash } from 'node:crypto';
import { mvccRowsOf, openBackend, rowsOf } from '../../src/etcd/mvcc.js';
import { writeBolt, type NewBucket, type NewRow } from '../../src/formats/bbolt/write.js';
import { bytesSource } from '../../src/formats/source.js';

/** A write that follows; `value` null deletes. */
export interface Next {
  readonly key: string;
  readonly value: Uint8Array | null;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function rowOf(main: number, { key, value }: Next, create: number, version: number): NewRow {
  const revision = Buffer.alloc(value === null ? 18 : 17);
  revision.writeBigUInt64BE(BigInt(main), 0);
  revision[8] = 0x5f;
  if (value === null) revision[17] = 0x74;
  const named = Buffer.concat([Buffer.from([0x0a, ...varint(Buffer.byteLength(key))]), Buffer.from(key)]);
  if (value === null) return { key: revision, value: named };
  return { key: revision, value: Buffer.concat([named, Buffer.from([0x10, ...varint(create), 0x18, ...varint(main), 0x20, ...varint(version), 0x2a, ...varint(value.length)]), value]) };
}

/**
 * The snapshot that etcd would have saved, had these writes followed the state of `base`, one revision each; the
 * revision is raised by `bump` before, and all below it marked as compacted, as a restore with `--bump-revision` and
 * `--mark-compacted` does.
 */
export function wentOn(base: Uint8Array, writes: readonly Next[], bump = 0): Buffer {
  const backend = openBackend(bytesSource(base));
  const own = (row: NewRow): NewRow => ({ key: Uint8Array.from(row.key), value: Uint8Array.from(row.value) });
  const live = new Map<string, { create: number; version: number }>();
  let main = 0;
  for (const { revision, tombstone, keyValue } of mvccRowsOf(openBackend(bytesSource(base)))) {
    main = Number(revision.main);
    const key = Buffer.from(keyValue.key).toString();
    if (tombstone) live.delete(key);
    else live.set(key, { create: Number(keyValue.createRevision), version: Number(keyValue.version) });
  }
  main += bump;
  const compacted = Buffer.alloc(17);
  compacted.writeBigUInt64BE(BigInt(main), 0);
  compacted[8] = 0x5f;
  const marked = (row: NewRow): NewRow => (bump > 0 && /CompactRev$/.test(Buffer.from(row.key).toString('latin1')) ? { ...row, value: compacted } : row);
  const added = writes.map((write) => {
    main++;
    const known = write.value === null ? undefined : live.get(write.key);
    const state = { create: known?.create ?? main, version: (known?.version ?? 0) + 1 };
    if (write.value === null) live.delete(write.key);
    else live.set(write.key, state);
    return rowOf(main, write, state.create, state.version);
  });
  const buckets: NewBucket[] = [...backend.buckets.keys()].sort().map((name) => {
    const rows = [...rowsOf(backend, name)].map(own);
    return { name: Buffer.from(name, 'latin1'), rows: name === 'key' ? [...rows, ...added] : name === 'meta' ? rows.map(marked) : rows };
  });
  return asSaved(buckets);
}

/** A snapshot of these buckets, with its digest behind it. */
function asSaved(buckets: readonly NewBucket[]): Buffer {
  const pages: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  const size = writeBolt(buckets, (bytes, offset) => void pages.push({ bytes: Uint8Array.from(bytes), offset }));
  const body = Buffer.alloc(size);
  for (const { bytes, offset } of pages) body.set(bytes, offset);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/**
 * The snapshot of another etcd at other addresses and with another cluster id: of the keys of `base` it holds those below
 * `prefix` alone, as the etcd for Events does; without a prefix, three keys that no Kubernetes wrote.
 */
export function emptied(base: Uint8Array, prefix: string | null = null): Buffer {
  const backend = openBackend(bytesSource(base));
  const own = (row: NewRow): NewRow => ({ key: Uint8Array.from(row.key), value: Uint8Array.from(row.value) });
  const kept = new Set<string>();
  if (prefix !== null) for (const { revision, keyValue } of mvccRowsOf(openBackend(bytesSource(base)))) if (Buffer.from(keyValue.key).toString().startsWith(prefix)) kept.add(`${revision.main}.${revision.sub}`);
  const few = [1, 2, 3].map((n) => rowOf(n + 1, { key: `/registry/health-${n}`, value: Buffer.from('ok') }, n + 1, 1));
  const isKept = ({ key }: NewRow): boolean => {
    const bytes = Buffer.from(key);
    return kept.has(`${bytes.readBigUInt64BE(0)}.${bytes.readBigUInt64BE(9)}`);
  };
  const elsewhere = (row: NewRow): NewRow => ({ key: Buffer.from('5'.repeat(16)), value: Buffer.from(Buffer.from(row.value).toString('latin1').replace(/"id":\d+/, '"id":6148914691236517205').replace(/\d+\.\d+\.\d+\.\d+/g, '10.5.0.1'), 'latin1') });
  return asSaved([...backend.buckets.keys()].sort().map((name) => {
    const rows = [...rowsOf(backend, name)].map(own);
    const changed = name === 'key' ? (prefix === null ? few : rows.filter(isKept)) : name === 'members' && prefix !== null ? rows.map(elsewhere) : name === 'meta' && prefix === null ? rows.filter(({ key }) => !/ompact/.test(Buffer.from(key).toString('latin1'))) : rows;
    return { name: Buffer.from(name, 'latin1'), rows: changed };
  }));
}
