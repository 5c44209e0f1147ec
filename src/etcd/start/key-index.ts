import { Death } from '../../formats/death.js';
import { longer } from '../../formats/longer.js';
import { KeyTable } from '../key-table.js';
import type { LineBehaviour } from './line-behaviour.js';
import type { ReadRows } from './read-rows.js';

/**
 * The index over all keys, filled row by row at start (mvcc/key_index.go, index.go). A key's generations are its rows
 * up to each tombstone; they are kept as one list per key, from the newest row back.
 */
export class KeyIndex {
  private readonly keys = new KeyTable();
  private keyOf = new Int32Array(1 << 12);
  /** The earlier row of the same key; -1 before the first. */
  private earlier = new Int32Array(1 << 12);
  /** The newest row of each key. */
  private newest = new Int32Array(1 << 10).fill(-1);

  /** `structured`: the log is zap's (3.4 restore, 3.5 and later). */
  constructor(private readonly rows: ReadRows, private readonly behaviour: LineBehaviour, private readonly structured: boolean) {}

  /** A row that puts the key in `bytes[start, stop)`, or deletes it. */
  add(bytes: Uint8Array, start: number, stop: number, row: number): void {
    const { rows } = this;
    const key = this.keys.add(bytes, start, stop);
    const before = this.newestOf(key);
    // A deletion of what is not there: of a key that never was, some lines take note.
    if (rows.isTombstone(row) && (before < 0 ? !this.behaviour.keepsLoneTombstones : rows.isTombstone(before))) return;
    if (!rows.ascending && before >= 0 && rows.compare(row, before) <= 0) this.unexpected(row, before);
    while (row >= this.keyOf.length) this.grow();
    while (key >= this.newest.length) this.newest = longer(this.newest, new Int32Array(this.newest.length * 2).fill(-1));
    this.keyOf[row] = key;
    this.earlier[row] = before;
    this.newest[key] = row;
  }

  /** Rows that hold the values of the keys alive at a revision (keyIndex.get), in order of revision, then of key. */
  alive(at: bigint): Int32Array {
    const { rows } = this;
    const found = new Int32Array(this.keys.size);
    let count = 0;
    for (let key = 0; key < this.keys.size; key++) {
      let row = this.newestOf(key);
      while (row >= 0 && rows.main(row) > at) row = this.earlier[row]!;
      if (row >= 0 && !rows.isTombstone(row)) found[count++] = row;
    }
    const alive = found.subarray(0, count).sort();
    return rows.ascending ? alive : alive.sort((a, b) => rows.compare(a, b) || (this.key(a) < this.key(b) ? -1 : 1));
  }

  /** The key of a row as latin-1 text: order of code units is order of bytes. */
  key(row: number): string {
    return this.keys.latin1(this.keyOf[row]!);
  }

  private newestOf(key: number): number {
    return key < this.newest.length ? this.newest[key]! : -1;
  }

  private unexpected(row: number, before: number): never {
    const [rev, modified] = [this.rows.revision(row), this.rows.revision(before)];
    throw new Death(
      'panic',
      this.structured
        ? `'put' with an unexpected smaller revision | {"given-revision-main": ${rev.main}, "given-revision-sub": ${rev.sub}, "modified-revision-main": ${modified.main}, "modified-revision-sub": ${modified.sub}}`
        : `store.keyindex: put with unexpected smaller revision [{${rev.main} ${rev.sub}} / {${modified.main} ${modified.sub}}]`,
    );
  }

  private grow(): void {
    const size = this.keyOf.length * 2;
    this.keyOf = longer(this.keyOf, new Int32Array(size));
    this.earlier = longer(this.earlier, new Int32Array(size));
  }
}
