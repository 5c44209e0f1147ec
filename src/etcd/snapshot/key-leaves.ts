import { elementSize, noFreelist, pageFlag, pageHeaderSize } from '../../formats/bbolt/layout.js';
import type { Bolt } from '../../formats/bbolt/db.js';
import { branchElements, isContiguous, readPage } from '../../formats/bbolt/page.js';

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

const separator = 0x5f;
const tombstoneMark = 0x74;
const maxDepth = 24;

/**
 * Walks the branch pages below `root`; null as soon as anything is not as bbolt's writer leaves it.
 * `elsewhere` are pages that other trees hold.
 */
export function keyLeaves(bolt: Bolt, root: number, elsewhere: ReadonlySet<number>): KeyLeaves | null {
  const { highWater, source, pageSize } = bolt;
  if (bolt.metas.active?.freelist !== noFreelist || highWater > 2 ** 31) return null;
  const taken = new Uint8Array(highWater);
  for (const page of elsewhere) taken[page] = 1;
  const orderOf = new Uint32Array(highWater);
  let minMain = new Float64Array(1024);
  let minSub = new Uint32Array(1024);
  let count = 0;
  const take = (page: number): boolean => {
    if (page < 2 || page >= highWater || taken[page] !== 0) return false;
    taken[page] = 1;
    return true;
  };
  const addLeaf = (page: number, main: number, sub: number): boolean => {
    if (!take(page)) return false;
    if (count === minMain.length) {
      const [wideMain, wideSub] = [new Float64Array(count * 2), new Uint32Array(count * 2)];
      wideMain.set(minMain);
      wideSub.set(minSub);
      minMain = wideMain;
      minSub = wideSub;
    }
    minMain[count] = main;
    minSub[count] = sub;
    orderOf[page] = ++count;
    return true;
  };

  let depth = 0;
  for (let page = root; ; depth++) {
    const read = readPage(source, page, pageSize, bolt.metas.littleEndian);
    if (read === null || read.cut || depth > maxDepth) return null;
    if (read.flags === pageFlag.leaf) break;
    const first = read.flags === pageFlag.branch ? branchElements(read).next().value : undefined;
    if (first === undefined || first === null || first.child >= BigInt(highWater)) return null;
    page = Number(first.child);
  }

  let [lastMain, lastSub] = [-1, 0];
  /** Walks one branch page and what is below it; false when anything is not clean. */
  const walk = (page: number, level: number, minimumMain: number, minimumSub: number): boolean => {
    if (!take(page)) return false;
    const read = readPage(source, page, pageSize, bolt.metas.littleEndian);
    if (read === null || read.cut || read.id !== BigInt(page) || read.flags !== pageFlag.branch || read.count === 0 || !isContiguous(read)) return false;
    for (let i = 1; i <= read.overflow; i++) if (!take(page + i)) return false;
    const { view, bytes, littleEndian } = read;
    for (let i = 0; i < read.count; i++) {
      const at = pageHeaderSize + i * elementSize;
      const child = view.getUint32(at + (littleEndian ? 8 : 12), littleEndian);
      if (view.getUint32(at + (littleEndian ? 12 : 8), littleEndian) !== 0 || child >= highWater) return false;
      const keyAt = at + view.getUint32(at, littleEndian);
      const length = view.getUint32(at + 4, littleEndian);
      if ((length !== 17 && length !== 18) || bytes[keyAt + 8] !== separator || (length === 18 && bytes[keyAt + 17] !== tombstoneMark)) return false;
      const mainHigh = view.getUint32(keyAt, false);
      if (mainHigh >= 0x20_0000 || view.getUint32(keyAt + 9, false) !== 0) return false;
      const main = mainHigh * 2 ** 32 + view.getUint32(keyAt + 4, false);
      const sub = view.getUint32(keyAt + 13, false);
      if (main < minimumMain || (main === minimumMain && sub < minimumSub)) return false;
      if (level === depth - 1) {
        if (main < lastMain || (main === lastMain && sub <= lastSub)) return false;
        lastMain = main;
        lastSub = sub;
      }
      if (level + 1 === depth ? !addLeaf(child, main, sub) : !walk(child, level + 1, main, sub)) return false;
    }
    return true;
  };
  return (depth === 0 ? addLeaf(root, 0, 0) : walk(root, 0, 0, 0)) ? { count, orderOf, minMain, minSub, taken } : null;
}
