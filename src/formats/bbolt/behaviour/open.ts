import type { ByteSource } from '../../source.js';
import { noFreelist, pageFlag } from '../layout.js';
import { readMeta, writesLeft, type Meta } from '../meta.js';
import { freepages, type WrongClaim } from './check.js';
import { Death, panic } from '../../death.js';
import type { Dialect } from './dialect.js';
import { mapFile, mapSizeOf, type MappedFile, type PageNumber } from './mapped-file.js';
import { pageOfId, typeName } from './pages.js';
import type { Transaction } from './tree.js';

/** Errors that Open returns (as opposed to panics). */
export type OpenError = string;

export interface OpenOptions {
  readonly dialect: Dialect;
  /** Bytes of the source that belong to the file (a restore cuts the digest off). */
  readonly fileSize?: number;
  /** InitialMmapSize: 10 GiB for etcd and restore, 0 for `snapshot status` and `bbolt check`. */
  readonly initialMapSize?: number;
  readonly osPageSize?: number;
  /** The whole tree is known to be right: the scan for free pages is left out. */
  readonly trusted?: boolean;
}

/** `storedFreelist`: null when the free pages were found by scanning the tree; `wrongClaim`: what that scan passed over. */
export type Opened = { readonly tx: Transaction; readonly storedFreelist: readonly PageNumber[] | null; readonly wrongClaim: WrongClaim | null } | { readonly error: OpenError };

const canonical = (id: bigint): PageNumber => (id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id);

/** The page size by the rule of the dialect, or an error. */
function pageSizeOf(source: ByteSource, size: number, dialect: Dialect, osPageSize: number): number | OpenError {
  const readable = size >= 4096;
  const first = readable ? readMeta(source, 0, 0, true) : null;
  if (first?.error === null) return first.pageSize;
  if (dialect === '1.3') return readable ? osPageSize : 'invalid database';
  let canRead = readable;
  for (let i = 0; i <= 14; i++) {
    const at = 1024 * 2 ** i;
    if (at >= size - 1024) break;
    canRead = true;
    const meta = readMeta(source, at, 1, true);
    if (meta?.error === null) return meta.pageSize;
  }
  return canRead ? osPageSize : 'invalid database';
}

function metaAt(map: MappedFile, source: ByteSource, number: 0 | 1, pageSize: number): Meta {
  const found = pageOfId(map, number, pageSize);
  const meta = readMeta(source, found.at, number, true);
  if (meta !== null) return meta;
  // The header is there, the rest reads as the zeros behind the end of the file.
  const zeros = { byteLength: 80, read: (): Uint8Array => new Uint8Array(80) };
  return readMeta(zeros, 0, number, true) ?? panic('invalid database');
}

/** freelist.read: the ids of a stored freelist, sorted. */
function readFreelist(tx: Transaction): readonly PageNumber[] {
  const list = pageOfId(tx.map, tx.freelist, tx.pageSize);
  const is = tx.dialect === '1.3' ? (list.flags & pageFlag.freelist) !== 0 : list.flags === pageFlag.freelist;
  if (!is) panic(`invalid freelist page: ${list.id}, page type is ${typeName(list, tx.dialect)}`);
  let at = list.at + 16;
  let count: PageNumber = list.count;
  if (count === 0xffff) {
    count = tx.map.u64(at);
    at += 8;
    if (count > 0x7fff_ffff_ffff_ffffn) panic(`leading element count ${count} overflows int`);
    if (BigInt(count) * 8n > BigInt(tx.map.fileSize)) panic('runtime error: makeslice: len out of range');
  }
  const ids: PageNumber[] = [];
  for (let i = 0; i < Number(count); i++) ids.push(tx.map.u64(at + i * 8));
  return ids.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Opens a file as bbolt does (db.go Open, mmap, meta, loadFreelist), and loads or rebuilds the freelist.
 * Returned errors are Open's; a panic or fault is thrown as Death. Little-endian files only, as the
 * machines that etcd runs on.
 */
export function openAsBbolt(source: ByteSource, options: OpenOptions): Opened {
  const name = `${options.dialect} ${options.fileSize ?? source.byteLength} ${options.initialMapSize ?? 0} ${options.osPageSize ?? 4096} ${options.trusted === true}`;
  const known = earlier.get(source) ?? new Map<string, Opened | Death>();
  earlier.set(source, known);
  let result = known.get(name);
  if (result === undefined) {
    try {
      result = open(source, options);
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
      result = thrown;
    }
    known.set(name, result);
  }
  if (result instanceof Death) throw result;
  return result;
}

/** Scanning a tree for free pages takes long; each way of opening a file is followed once. */
const earlier = new WeakMap<ByteSource, Map<string, Opened | Death>>();

function open(source: ByteSource, options: OpenOptions): Opened {
  const { dialect } = options;
  const size = options.fileSize ?? source.byteLength;
  const initial = options.initialMapSize ?? 0;
  const pageSize = pageSizeOf(source, size, dialect, options.osPageSize ?? 4096);
  if (typeof pageSize === 'string') return { error: pageSize };
  if (size < pageSize * 2) return { error: dialect === '1.3' ? 'file size too small' : `file size too small ${size}` };
  if (pageSize === 0 && Math.max(size, initial) > 2 ** 30) panic('runtime error: integer divide by zero');
  const map = mapFile(source, size, mapSizeOf(Math.max(size, initial)), true, options.trusted === true);
  const bounded = { byteLength: size, read: (at: number, n: number): Uint8Array => source.read(at, Math.max(0, Math.min(n, size - at))) };
  const metas = [metaAt(map, bounded, 0, pageSize), metaAt(map, bounded, 1, pageSize)] as const;
  if (metas[0].error !== null && metas[1].error !== null) return { error: metas[0].error };
  const [higher, lower] = metas[1].txid > metas[0].txid ? [metas[1], metas[0]] : [metas[0], metas[1]];
  const active = higher.error === null ? higher : lower;
  const tx: Transaction = {
    map, pageSize, dialect, root: canonical(active.root), highWater: canonical(active.highWater), freelist: canonical(active.freelist), regular: new Set(),
  };
  const wraps: WrongClaim | null = writesLeft(active.txid) === undefined ? null : { page: active.page, kind: 'wraps' };
  if (active.freelist !== noFreelist) return { tx, storedFreelist: readFreelist(tx), wrongClaim: wraps };
  const wrongClaim = (options.trusted === true ? null : freepages(tx)) ?? wraps;
  if (active.highWater > 2n ** 34n) throw new Death('timeout', `the list of free pages up to page ${active.highWater} does not fit into memory`);
  return { tx, storedFreelist: null, wrongClaim };
}
