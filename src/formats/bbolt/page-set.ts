/** Pages that a walk has reached; any set of numbers will do. */
export interface ReachedPages {
  has(page: number): boolean;
  add(page: number): unknown;
}

/** Numbers of pages: one byte for each page that the file has room for; others, which only damage names, stand in a set. */
export class PageSet implements ReachedPages, Iterable<number | bigint> {
  private readonly inFile: Uint8Array;
  private readonly others = new Set<number | bigint>();

  /** For a file of `fileSize` bytes in pages of `pageSize`. */
  constructor(fileSize: number, pageSize: number) {
    this.inFile = new Uint8Array(Math.ceil(fileSize / Math.max(pageSize, 512)));
  }

  has(page: number | bigint): boolean {
    return typeof page === 'number' && page < this.inFile.length ? this.inFile[page] === 1 : this.others.has(page);
  }

  add(page: number | bigint): void {
    if (typeof page === 'number' && page < this.inFile.length) this.inFile[page] = 1;
    else this.others.add(page);
  }

  *[Symbol.iterator](): Generator<number | bigint> {
    for (let page = this.inFile.indexOf(1); page >= 0; page = this.inFile.indexOf(1, page + 1)) yield page;
    yield* this.others;
  }
}
