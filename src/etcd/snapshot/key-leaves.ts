import { noFreelist, pageFlag } from '../../formats/bbolt/layout.js';
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
const maxDepth = 24;

/** Reads a revision key; null for anything that etcd itself would not have written. */
export function revisionKey(bytes: Uint8Array, at: number, length: number): { readonly main: number; readonly sub: number } | null {
  if ((length !== 17 && length !== 18) || bytes[at + 8] !== separator) return null;
  if (length === 18 && bytes[at + 17] !== 0x74) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  const [mainHigh, subHigh] = [view.getUint32(0, false), view.getUint32(9, false)];
  if (mainHigh >= 0x20_0000 || subHigh !== 0) return null;
  return { main: mainHigh * 2 ** 32 + view.getUint32(4, false), sub: view.getUint32(13, false) };
}

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

  /** Returns false when the subtree is not clean. `last` carries the largest key so far. */
  const last = { main: -1, sub: 0 };
  const walk = (page: number, level: number, min: { main: number; sub: number }): boolean => {
    if (level === depth) return addLeaf(page, min.main, min.sub);
    if (!take(page)) return false;
    const read = readPage(source, page, pageSize, bolt.metas.littleEndian);
    if (read === null || read.cut || read.id !== BigInt(page) || read.flags !== pageFlag.branch || read.count === 0 || !isContiguous(read)) return false;
    for (let i = 1; i <= read.overflow; i++) if (!take(page + i)) return false;
    for (const element of branchElements(read)) {
      if (element === null || element.child >= BigInt(highWater)) return false;
      const key = revisionKey(element.key, 0, element.key.length);
      if (key === null || key.main < min.main || (key.main === min.main && key.sub < min.sub)) return false;
      const advances = key.main > last.main || (key.main === last.main && key.sub > last.sub);
      if (level === depth - 1 && !advances) return false;
      if (level === depth - 1) [last.main, last.sub] = [key.main, key.sub];
      if (!walk(Number(element.child), level + 1, key)) return false;
    }
    return true;
  };
  return walk(root, 0, { main: 0, sub: 0 }) ? { count, orderOf, minMain, minSub, taken } : null;
}
