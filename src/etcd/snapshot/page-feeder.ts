import type { Bolt } from '../../formats/bbolt/db.js';
import type { LeafScan } from './leaf-scan.js';

/** Cuts the stream of bytes into leaf pages; only a page across two pieces is put together in a buffer of its own. */
export class PageFeeder {
  private readonly pageSize: number;
  private readonly highWater: number;
  private regular: boolean;
  private page = 0;
  /** Start of a leaf whose end has not come yet, and how much of it is there. A Buffer like the pieces: code that knows one kind of bytes is faster. */
  private waiting: Buffer | null = null;
  private filled = 0;

  constructor({ pageSize, highWater }: Bolt, private readonly orderOf: Uint32Array, private readonly scan: LeafScan) {
    this.pageSize = pageSize;
    this.highWater = highWater;
    this.regular = pageSize >= 1024;
  }

  /** The next bytes of the file, which begin at `offset`; a leaf that is not whole waits for the next ones. */
  feed(piece: Uint8Array, offset: number): void {
    const { pageSize, highWater } = this;
    if (!this.regular || this.page >= highWater) return;
    const used = this.waiting === null ? 0 : this.complete(piece);
    if (this.waiting !== null) return;
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    let at = Math.max(used, this.page * pageSize - offset);
    while (this.regular && this.page < highWater && at + pageSize <= piece.length) {
      const length = this.lengthAt(view, at);
      if (length === 0) this.regular = false;
      else if (at + length > piece.length) break;
      else {
        this.take(piece, view, at, length);
        at += length;
      }
    }
    if (!this.regular || this.page >= highWater || at >= piece.length) return;
    this.filled = piece.length - at;
    this.waiting = Buffer.allocUnsafeSlow(Math.max(pageSize, this.filled >= pageSize ? this.lengthAt(view, at) : pageSize));
    this.waiting.set(piece.subarray(at));
  }

  /** True when every page came and every leaf was right. */
  clean(): boolean {
    return this.regular && this.page >= this.highWater;
  }

  /** Length of the page or leaf at `at`; 0 when its header is wrong. */
  private lengthAt(view: DataView, at: number): number {
    const { page, pageSize } = this;
    return this.orderOf[page] === 0 ? pageSize : this.scan.lengthOf(view, at, page, pageSize);
  }

  private take(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    if (this.orderOf[this.page] !== 0 && !this.scan.leaf(bytes, view, at, this.page, this.pageSize)) this.regular = false;
    this.page += length / this.pageSize;
  }

  /** Completes the waiting page; returns how many bytes of the piece it took. */
  private complete(piece: Uint8Array): number {
    let used = 0;
    while (this.waiting !== null && this.regular && used < piece.length) {
      const { waiting } = this;
      const part = piece.subarray(used, used + waiting.length - this.filled);
      waiting.set(part, this.filled);
      this.filled += part.length;
      used += part.length;
      if (this.filled < waiting.length) break;
      const view = new DataView(waiting.buffer, waiting.byteOffset, waiting.length);
      const length = this.lengthAt(view, 0);
      if (length === 0) this.regular = false;
      else if (length > waiting.length) {
        this.waiting = Buffer.allocUnsafeSlow(length);
        this.waiting.set(waiting);
      } else {
        this.take(waiting, view, 0, length);
        this.waiting = null;
      }
    }
    return used;
  }
}
