import { combineCrc32c, crc32c } from '../../formats/crc32c.js';
import { pageFlag } from '../../formats/bbolt/layout.js';
import { separator, tombstoneMark } from '../revision-key.js';
import type { KeyLeaves } from './key-leaves.js';
import { LiveKeys } from './live-keys.js';
import { Lives } from './lives.js';
import { scanKeyValue, scannedValue } from './value-scan.js';

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

/**
 * Scans the leaves of bucket `key` in whatever order they come, and adds them up. A class: a closure made
 * anew for every file would be optimised anew for every file.
 */
export class LeafScan {
  /** CRC-32C and length of the keys and values of runs of leaves, by the place of a run's first leaf in tree order; 0 and 0 for the others. */
  private readonly crcs: Uint32Array;
  private readonly lengths: Uint32Array;
  scanned = 0;
  rows = 0;
  lastMain = 0;
  /** Rows with sub revision 0 above the compacted revision: one for every revision that history still holds. */
  freshRevisions = 0;
  private readonly places: Uint32Array;
  private readonly keys = new LiveKeys();
  private readonly lives = new Lives();
  private readonly value = scannedValue();
  /** Revision of the row before, in tree order. */
  private beforeMain = 0;
  private beforeSub = 0;
  private runStart = 0;
  private runNext = -1;

  /** `little` is the byte order of the file, `compacted` the revision up to which history may be thinned, `hashing` whether `continueHash` will be asked. */
  constructor(private readonly leaves: KeyLeaves, private readonly highWater: number, private readonly little: boolean, private readonly compacted: number, private readonly hashing: boolean) {
    this.crcs = new Uint32Array(leaves.count);
    this.lengths = new Uint32Array(leaves.count);
    this.places = new Uint32Array(leaves.count);
  }

  /** Bytes of a page with its overflow, or 0 when its header is not that of the leaf. */
  lengthOf(view: DataView, at: number, page: number, pageSize: number): number {
    const { little } = this;
    if (view.getUint32(at + (little ? 0 : 4), little) !== page || view.getUint32(at + (little ? 4 : 0), little) !== 0) return 0;
    if (view.getUint16(at + 8, little) !== pageFlag.leaf) return 0;
    const overflow = view.getUint32(at + 12, little);
    const length = (overflow + 1) * pageSize;
    return page + overflow >= this.highWater || length > largestLeaf ? 0 : length;
  }

  /**
   * Scans the leaf page that starts at `at` in `bytes` (the whole page with its overflow must be there).
   * False when anything is not as etcd writes it.
   */
  leaf(bytes: Uint8Array, view: DataView, at: number, page: number, pageSize: number): boolean {
    const { leaves, little } = this;
    const order = (leaves.orderOf[page] ?? 0) - 1;
    const length = this.lengthOf(view, at, page, pageSize);
    const count = view.getUint16(at + 10, little);
    let expected = 16 + count * 16;
    if (length === 0 || count === 0 || expected > length || !this.takeOverflow(page, page + length / pageSize)) return false;
    this.beforeMain = leaves.minMain[order] ?? 0;
    this.beforeSub = (leaves.minSub[order] ?? 0) - 1;
    this.places[order] = this.lives.beginLeaf();
    const dataStart = at + expected;
    for (let element = at + 16; element < dataStart; element += 16) {
      const keySize = view.getUint32(element + 8, little);
      const valueSize = view.getUint32(element + 12, little);
      if (view.getUint32(element, little) !== 0 || element - at + view.getUint32(element + 4, little) !== expected) return false;
      if (keySize !== 17 && keySize !== 18) return false;
      const keyAt = at + expected;
      expected += keySize + valueSize;
      if (expected > length || !this.row(bytes, view, keyAt, keySize, at + expected)) return false;
    }
    this.lives.endLeaf();
    const { beforeMain, beforeSub } = this;
    if (order + 1 < leaves.count) {
      const nextMain = leaves.minMain[order + 1] ?? 0;
      if (beforeMain > nextMain || (beforeMain === nextMain && beforeSub >= (leaves.minSub[order + 1] ?? 0))) return false;
    }
    if (!isZero(bytes, at + expected, at + length)) return false;
    if (this.hashing) this.addCrc(order, bytes.subarray(dataStart, at + expected));
    this.rows += count;
    this.scanned += 1;
    if (beforeMain > this.lastMain) this.lastMain = beforeMain;
    return true;
  }

  /** CRC-32C of all leaves in tree order, continued from `hash`. */
  continueHash(hash: number): number {
    const { crcs, lengths } = this;
    let all = hash;
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i] ?? 0;
      if (length > 0) all = combineCrc32c(all, crcs[i] ?? 0, length);
    }
    return all;
  }

  liveKeys(): number {
    return this.keys.alive();
  }

  /** Whether the rows of each key follow from each other, once all leaves were scanned; null when there are too many. */
  historyHolds(): boolean | null {
    return this.lives.hold(this.places, this.keys.seen());
  }

  /** Takes the pages behind `page` that belong to it; false when one belongs to something else. */
  private takeOverflow(page: number, end: number): boolean {
    const { taken } = this.leaves;
    for (let p = page + 1; p < end; p++) {
      if (taken[p] !== 0) return false;
      taken[p] = 1;
    }
    return true;
  }

  /** One row: its key is a revision behind the one before, its value a KeyValue that fits it. */
  private row(bytes: Uint8Array, view: DataView, keyAt: number, keySize: number, end: number): boolean {
    const { value, beforeMain, compacted } = this;
    const mainHigh = view.getUint32(keyAt, false);
    if (mainHigh >= 0x20_0000 || bytes[keyAt + 8] !== separator || view.getUint32(keyAt + 9, false) !== 0) return false;
    const tombstone = keySize === 18;
    if (tombstone && bytes[keyAt + 17] !== tombstoneMark) return false;
    const main = mainHigh * 4294967296 + view.getUint32(keyAt + 4, false);
    const sub = view.getUint32(keyAt + 13, false);
    if (main < beforeMain || (main === beforeMain && sub <= this.beforeSub)) return false;
    if (sub === 0 && main > compacted) this.freshRevisions += 1;
    this.beforeMain = main;
    this.beforeSub = sub;
    if (!scanKeyValue(bytes, keyAt + keySize, end, main, tombstone, value)) return false;
    const key = this.keys.note(bytes, view, value.keyStart, value.keyEnd, main, sub, tombstone);
    this.lives.row(key, value.create, value.version, tombstone, main > compacted);
    return true;
  }

  /** A leaf that follows the one before also in the tree continues its CRC: one run, kept at the place of its first leaf. */
  private addCrc(order: number, data: Uint8Array): void {
    const { crcs, lengths } = this;
    const continues = order === this.runNext && (lengths[this.runStart] ?? 0) <= longestRun;
    const start = continues ? this.runStart : order;
    crcs[start] = crc32c(data, crcs[start]);
    lengths[start] = (lengths[start] ?? 0) + data.length;
    this.runStart = start;
    this.runNext = order + 1;
  }
}
