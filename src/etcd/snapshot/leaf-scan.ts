import { crc32c } from '../../formats/crc32c.js';
import { pageFlag } from '../../formats/bbolt/layout.js';
import type { KeyLeaves } from './key-leaves.js';
import { liveKeys } from './live-keys.js';
import { livesOfKeys } from './lives.js';
import { scanKeyValue, scannedValue } from './value-scan.js';

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
  readonly liveKeys: () => number;
  /** Rows with sub revision 0 above the compacted revision: one for every revision that history still holds. */
  readonly freshRevisions: () => number;
  /** Whether the rows of each key follow from each other, once all leaves were scanned; null when there are too many. */
  readonly historyHolds: () => boolean | null;
  /** CRC-32C and length of the keys and values of runs of leaves, by the place of a run's first leaf in tree order; 0 and 0 for the others. */
  readonly crcs: Uint32Array;
  readonly lengths: Uint32Array;
}

const separator = 0x5f;
const tombstoneMark = 0x74;
const zeros = Buffer.alloc(64 * 1024);
const largestLeaf = 64 * 2 ** 20;
const longestRun = 2 ** 30;

function isZero(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += zeros.length) {
    const rest = Math.min(zeros.length, end - at);
    if (zeros.compare(bytes, at, at + rest, 0, rest) !== 0) return false;
  }
  return true;
}

/** Prepares a scan; `little` is the byte order of the file, `compacted` the revision up to which history may be thinned. */
export function leafScan(leaves: KeyLeaves, highWater: number, little: boolean, compacted: number): LeafScan {
  const crcs = new Uint32Array(leaves.count);
  const lengths = new Uint32Array(leaves.count);
  const places = new Uint32Array(leaves.count);
  const keys = liveKeys();
  const lives = livesOfKeys();
  const value = scannedValue();
  let [scanned, rows, lastMain, fresh] = [0, 0, 0, 0];
  /** Revision of the row before, in tree order. */
  let [beforeMain, beforeSub] = [0, 0];
  let [runStart, runNext] = [0, -1];

  const lengthOf = (view: DataView, at: number, page: number, pageSize: number): number => {
    if (view.getUint32(at + (little ? 0 : 4), little) !== page || view.getUint32(at + (little ? 4 : 0), little) !== 0) return 0;
    if (view.getUint16(at + 8, little) !== pageFlag.leaf) return 0;
    const overflow = view.getUint32(at + 12, little);
    const length = (overflow + 1) * pageSize;
    return page + overflow >= highWater || length > largestLeaf ? 0 : length;
  };

  /** Takes the pages behind `page` that belong to it; false when one belongs to something else. */
  const takeOverflow = (page: number, end: number): boolean => {
    for (let p = page + 1; p < end; p++) {
      if (leaves.taken[p] !== 0) return false;
      leaves.taken[p] = 1;
    }
    return true;
  };

  /** One row: its key is a revision behind the one before, its value a KeyValue that fits it. */
  const row = (bytes: Uint8Array, view: DataView, keyAt: number, keySize: number, end: number): boolean => {
    const mainHigh = view.getUint32(keyAt, false);
    if (mainHigh >= 0x20_0000 || bytes[keyAt + 8] !== separator || view.getUint32(keyAt + 9, false) !== 0) return false;
    const tombstone = keySize === 18;
    if (tombstone && bytes[keyAt + 17] !== tombstoneMark) return false;
    const main = mainHigh * 4294967296 + view.getUint32(keyAt + 4, false);
    const sub = view.getUint32(keyAt + 13, false);
    if (main < beforeMain || (main === beforeMain && sub <= beforeSub)) return false;
    if (sub === 0 && main > compacted) fresh += 1;
    beforeMain = main;
    beforeSub = sub;
    if (!scanKeyValue(bytes, keyAt + keySize, end, main, tombstone, value)) return false;
    lives.row(keys.note(bytes, view, value.keyStart, value.keyEnd, main, sub, tombstone), value.create, value.version, tombstone, main > compacted);
    return true;
  };

  /** A leaf that follows the one before also in the tree continues its CRC: one run, kept at the place of its first leaf. */
  const addCrc = (order: number, data: Uint8Array): void => {
    if (order !== runNext || (lengths[runStart] ?? 0) > longestRun) runStart = order;
    runNext = order + 1;
    crcs[runStart] = crc32c(data, crcs[runStart]);
    lengths[runStart] = (lengths[runStart] ?? 0) + data.length;
  };

  const leaf = (bytes: Uint8Array, view: DataView, at: number, page: number, pageSize: number): boolean => {
    const order = (leaves.orderOf[page] ?? 0) - 1;
    const length = lengthOf(view, at, page, pageSize);
    const count = view.getUint16(at + 10, little);
    let expected = 16 + count * 16;
    if (length === 0 || count === 0 || expected > length || !takeOverflow(page, page + length / pageSize)) return false;
    beforeMain = leaves.minMain[order] ?? 0;
    beforeSub = (leaves.minSub[order] ?? 0) - 1;
    places[order] = lives.beginLeaf();
    const dataStart = at + expected;
    for (let element = at + 16; element < dataStart; element += 16) {
      const keySize = view.getUint32(element + 8, little);
      const valueSize = view.getUint32(element + 12, little);
      if (view.getUint32(element, little) !== 0 || element - at + view.getUint32(element + 4, little) !== expected) return false;
      if (keySize !== 17 && keySize !== 18) return false;
      const keyAt = at + expected;
      expected += keySize + valueSize;
      if (expected > length || !row(bytes, view, keyAt, keySize, at + expected)) return false;
    }
    lives.endLeaf();
    if (order + 1 < leaves.count) {
      const [nextMain, nextSub] = [leaves.minMain[order + 1] ?? 0, leaves.minSub[order + 1] ?? 0];
      if (beforeMain > nextMain || (beforeMain === nextMain && beforeSub >= nextSub)) return false;
    }
    if (!isZero(bytes, at + expected, at + length)) return false;
    addCrc(order, bytes.subarray(dataStart, at + expected));
    rows += count;
    scanned += 1;
    if (beforeMain > lastMain) lastMain = beforeMain;
    return true;
  };
  return {
    leaf, lengthOf, scanned: () => scanned, rows: () => rows, lastMain: () => lastMain, liveKeys: keys.count,
    freshRevisions: () => fresh, historyHolds: () => lives.hold(places, keys.size()), crcs, lengths,
  };
}
