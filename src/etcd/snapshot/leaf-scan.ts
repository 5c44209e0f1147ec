import { crc32c } from '../../formats/crc32c.js';
import { pageFlag } from '../../formats/bbolt/layout.js';
import type { KeyLeaves } from './key-leaves.js';
import type { LiveKeys } from './live-keys.js';

/** What scanning the leaves of bucket `key` adds up, in whatever order they come. */
export interface LeafScan {
  /**
   * Scans the leaf page that starts at `at` in `bytes` (the whole page with its overflow must be there).
   * False when anything is not as etcd writes it.
   */
  leaf(bytes: Uint8Array, view: DataView, at: number, page: number, pageSize: number): boolean;
  /** Bytes of a page with its overflow, or 0 when its header is not that of the leaf. */
  lengthOf(view: DataView, at: number, page: number, pageSize: number): number;
  readonly scanned: () => number;
  readonly rows: () => number;
  readonly lastMain: () => number;
  /** Rows with sub revision 0 above the compacted revision: one for every revision that history still holds. */
  readonly freshRevisions: () => number;
  /** CRC-32C and length of each leaf's keys and values, by place in tree order. */
  readonly crcs: Uint32Array;
  readonly lengths: Uint32Array;
}

const separator = 0x5f;
const tombstoneMark = 0x74;
const zeros = Buffer.alloc(64 * 1024);
const largestLeaf = 64 * 2 ** 20;

/** Prepares a scan; `little` is the byte order of the file, `compacted` the revision up to which history may be thinned. */
export function leafScan(leaves: KeyLeaves, highWater: number, little: boolean, live: LiveKeys, compacted: number): LeafScan {
  const crcs = new Uint32Array(leaves.count);
  const lengths = new Uint32Array(leaves.count);
  let [scanned, rows, lastMain, fresh] = [0, 0, 0, 0];
  /** Set by `field`: end of the varint, and its value. */
  let next = 0;

  const varint = (bytes: Uint8Array, from: number, end: number): number => {
    let value = 0;
    let scale = 1;
    for (let i = from; i < end && i < from + 8; i++) {
      const byte = bytes[i] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        next = i + 1;
        return value;
      }
      scale *= 128;
    }
    next = -1;
    return 0;
  };
  /** Passes over a lease id: up to ten bytes. */
  const wide = (bytes: Uint8Array, from: number, end: number): void => {
    for (let i = from; i < end && i < from + 10; i++) {
      if ((bytes[i] ?? 0) < 0x80) {
        next = i + 1;
        return;
      }
    }
    next = -1;
  };

  /** One KeyValue in etcd's own field order; checks what must hold between its numbers and the row's key. */
  const value = (bytes: Uint8Array, from: number, end: number, main: number, sub: number, tombstone: boolean): boolean => {
    let at = from;
    let [keyStart, keyEnd] = [from, from];
    let [create, mod, version] = [0, 0, 0];
    let previous = 0;
    while (at < end) {
      const tag = bytes[at++] ?? 0;
      if (tag <= previous) return false;
      previous = tag;
      if (tag === 0x0a || tag === 0x2a) {
        const length = varint(bytes, at, end);
        if (next < 0 || length > end - next) return false;
        if (tag === 0x0a) [keyStart, keyEnd] = [next, next + length];
        at = next + length;
        continue;
      }
      if (tag === 0x10) create = varint(bytes, at, end);
      else if (tag === 0x18) mod = varint(bytes, at, end);
      else if (tag === 0x20) version = varint(bytes, at, end);
      else if (tag === 0x30) wide(bytes, at, end);
      else return false;
      if (next < 0) return false;
      at = next;
    }
    if (keyEnd === keyStart) return false;
    if (tombstone ? previous !== 0x0a : mod !== main || create > mod || create < 1 || version < 1 || (version === 1) !== (create === mod)) return false;
    live.note(bytes, keyStart, keyEnd, main, sub, tombstone);
    return true;
  };

  const lengthOf = (view: DataView, at: number, page: number, pageSize: number): number => {
    if (view.getUint32(at + (little ? 0 : 4), little) !== page || view.getUint32(at + (little ? 4 : 0), little) !== 0) return 0;
    if (view.getUint16(at + 8, little) !== pageFlag.leaf) return 0;
    const overflow = view.getUint32(at + 12, little);
    const length = (overflow + 1) * pageSize;
    return page + overflow >= highWater || length > largestLeaf ? 0 : length;
  };

  const leaf = (bytes: Uint8Array, view: DataView, at: number, page: number, pageSize: number): boolean => {
    const order = (leaves.orderOf[page] ?? 0) - 1;
    const length = lengthOf(view, at, page, pageSize);
    const count = view.getUint16(at + 10, little);
    let expected = 16 + count * 16;
    if (length === 0 || count === 0 || expected > length) return false;
    for (let p = page + 1; p < page + length / pageSize; p++) {
      if (leaves.taken[p] !== 0) return false;
      leaves.taken[p] = 1;
    }
    let [beforeMain, beforeSub] = [leaves.minMain[order] ?? 0, (leaves.minSub[order] ?? 0) - 1];
    const dataStart = at + expected;
    for (let i = 0; i < count; i++) {
      const element = at + 16 + i * 16;
      const keySize = view.getUint32(element + 8, little);
      const valueSize = view.getUint32(element + 12, little);
      if (view.getUint32(element, little) !== 0 || element - at + view.getUint32(element + 4, little) !== expected) return false;
      if (keySize !== 17 && keySize !== 18) return false;
      const keyAt = at + expected;
      expected += keySize + valueSize;
      if (expected > length) return false;
      const mainHigh = view.getUint32(keyAt, false);
      if (mainHigh >= 0x20_0000 || bytes[keyAt + 8] !== separator || view.getUint32(keyAt + 9, false) !== 0) return false;
      if (keySize === 18 && bytes[keyAt + 17] !== tombstoneMark) return false;
      const main = mainHigh * 4294967296 + view.getUint32(keyAt + 4, false);
      const sub = view.getUint32(keyAt + 13, false);
      if (main < beforeMain || (main === beforeMain && sub <= beforeSub)) return false;
      if (sub === 0 && main > compacted) fresh += 1;
      beforeMain = main;
      beforeSub = sub;
      if (!value(bytes, keyAt + keySize, at + expected, main, sub, keySize === 18)) return false;
    }
    const nextOrder = order + 1;
    if (nextOrder < leaves.count) {
      const [nextMain, nextSub] = [leaves.minMain[nextOrder] ?? 0, leaves.minSub[nextOrder] ?? 0];
      if (beforeMain > nextMain || (beforeMain === nextMain && beforeSub >= nextSub)) return false;
    }
    for (let done = expected; done < length; done += zeros.length) {
      const rest = Math.min(zeros.length, length - done);
      if (zeros.compare(bytes, at + done, at + done + rest, 0, rest) !== 0) return false;
    }
    crcs[order] = crc32c(bytes.subarray(dataStart, at + expected));
    lengths[order] = at + expected - dataStart;
    rows += count;
    scanned += 1;
    if (beforeMain > lastMain) lastMain = beforeMain;
    return true;
  };
  return { leaf, lengthOf, scanned: () => scanned, rows: () => rows, lastMain: () => lastMain, freshRevisions: () => fresh, crcs, lengths };
}
