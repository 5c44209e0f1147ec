import { elementSize, noFreelist, pageFlag, pageHeaderSize } from '../../formats/bbolt/layout.js';
import type { Bolt } from '../../formats/bbolt/db.js';
import { longer } from '../../formats/longer.js';
import type { ByteSource } from '../../formats/source.js';
import { branchElements, isContiguous, readPage } from '../../formats/bbolt/page.js';
import { separator, tombstoneMark } from '../revision-key.js';

/**
 * The leaf pages of bucket `key` in tree order, found by reading branch pages only: about one page in
 * a hundred. Flat arrays, 17 bytes a leaf and 4 bytes a page of the file.
 */
export interface KeyLeaves {
  readonly count: number;
  /** 1 + place in tree order, by page number; 0 for other pages. */
  readonly orderOf: Uint32Array;
  /** Smallest key that the parent promises: main and sub revision. */
  readonly minMain: Float64Array;
  readonly minSub: Uint32Array;
  /** Pages taken so far (metas, branches, leaves), by page number. */
  readonly taken: Uint8Array;
}

const maxDepth = 24;

/** The walk over the branch pages of one tree. */
class BranchWalk {
  readonly taken: Uint8Array;
  readonly orderOf: Uint32Array;
  minMain = new Float64Array(1024);
  minSub = new Uint32Array(1024);
  count = 0;
  /** Smallest key of the branch page element before, on the lowest level. */
  private lastMain = -1;
  private lastSub = 0;

  private readonly source: ByteSource;
  private readonly pageSize: number;
  private readonly littleEndian: boolean;

  /** `depth` is how many branch pages lie above each leaf. */
  constructor({ source, pageSize, highWater, metas }: Bolt, private readonly depth: number, elsewhere: ReadonlySet<number>) {
    this.source = source;
    this.pageSize = pageSize;
    this.littleEndian = metas.littleEndian;
    this.taken = new Uint8Array(highWater);
    for (const page of elsewhere) this.taken[page] = 1;
    this.orderOf = new Uint32Array(highWater);
  }

  addLeaf(page: number, main: number, sub: number): boolean {
    if (!this.take(page)) return false;
    const { count } = this;
    if (count === this.minMain.length) {
      this.minMain = longer(this.minMain, new Float64Array(count * 2));
      this.minSub = longer(this.minSub, new Uint32Array(count * 2));
    }
    this.minMain[count] = main;
    this.minSub[count] = sub;
    this.count = count + 1;
    this.orderOf[page] = count + 1;
    return true;
  }

  /** Walks one branch page and what is below it; false when anything is not clean. */
  branch(page: number, level: number, minimumMain: number, minimumSub: number): boolean {
    const { depth, littleEndian } = this;
    if (!this.take(page)) return false;
    const read = readPage(this.source, page, this.pageSize, littleEndian);
    if (read === null || read.cut || read.id !== BigInt(page) || read.flags !== pageFlag.branch || read.count === 0 || !isContiguous(read)) return false;
    for (let i = 1; i <= read.overflow; i++) if (!this.take(page + i)) return false;
    const { view, bytes } = read;
    for (let i = 0; i < read.count; i++) {
      const at = pageHeaderSize + i * elementSize;
      const child = view.getUint32(at + (littleEndian ? 8 : 12), littleEndian);
      if (view.getUint32(at + (littleEndian ? 12 : 8), littleEndian) !== 0 || child >= this.taken.length) return false;
      const keyAt = at + view.getUint32(at, littleEndian);
      const length = view.getUint32(at + 4, littleEndian);
      if ((length !== 17 && length !== 18) || bytes[keyAt + 8] !== separator || (length === 18 && bytes[keyAt + 17] !== tombstoneMark)) return false;
      const mainHigh = view.getUint32(keyAt, false);
      if (mainHigh >= 0x20_0000 || view.getUint32(keyAt + 9, false) !== 0) return false;
      const main = mainHigh * 2 ** 32 + view.getUint32(keyAt + 4, false);
      const sub = view.getUint32(keyAt + 13, false);
      if (main < minimumMain || (main === minimumMain && sub < minimumSub)) return false;
      if (level === depth - 1) {
        if (main < this.lastMain || (main === this.lastMain && sub <= this.lastSub)) return false;
        this.lastMain = main;
        this.lastSub = sub;
      }
      if (level + 1 === depth ? !this.addLeaf(child, main, sub) : !this.branch(child, level + 1, main, sub)) return false;
    }
    return true;
  }

  private take(page: number): boolean {
    if (page < 2 || page >= this.taken.length || this.taken[page] !== 0) return false;
    this.taken[page] = 1;
    return true;
  }
}

/** How many branch pages lie above the leftmost leaf; null when the way down is not as bbolt's writer leaves it. */
function depthOf({ highWater, source, pageSize, metas }: Bolt, root: number): number | null {
  for (let page = root, depth = 0; depth <= maxDepth; depth++) {
    const read = readPage(source, page, pageSize, metas.littleEndian);
    if (read === null || read.cut) return null;
    if (read.flags === pageFlag.leaf) return depth;
    const first = read.flags === pageFlag.branch ? branchElements(read).next().value : undefined;
    if (first === undefined || first === null || first.child >= BigInt(highWater)) return null;
    page = Number(first.child);
  }
  return null;
}

/**
 * Walks the branch pages below `root`; null as soon as anything is not as bbolt's writer leaves it.
 * `elsewhere` are pages that other trees hold.
 */
export function keyLeaves(bolt: Bolt, root: number, elsewhere: ReadonlySet<number>): KeyLeaves | null {
  if (bolt.metas.active?.freelist !== noFreelist || bolt.highWater > 2 ** 31) return null;
  const depth = depthOf(bolt, root);
  if (depth === null) return null;
  const walk = new BranchWalk(bolt, depth, elsewhere);
  return (depth === 0 ? walk.addLeaf(root, 0, 0) : walk.branch(root, 0, 0, 0)) ? walk : null;
}
