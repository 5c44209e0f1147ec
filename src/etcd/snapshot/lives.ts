const pieceRows = 1 << 13;
const mostRows = 3_000_000;
/** Marks of a row. */
const [tombstoneBit, judgedBit, lastBit] = [1, 2, 4];

class Piece {
  readonly keys = new Uint32Array(pieceRows);
  readonly creates = new Float64Array(pieceRows);
  readonly versions = new Float64Array(pieceRows);
  readonly marks = new Uint8Array(pieceRows);
}

/**
 * Follows the rows of one leaf; false when one contradicts what came before. `creates` and `versions` are create
 * revision and version of the newest row of each key so far; version 0 where it does not live.
 */
function leafFollows(pieces: readonly Piece[], place: number, creates: Float64Array, versions: Float64Array): boolean {
  let piece = pieces[Math.floor(place / pieceRows)];
  for (let row = place, i = place % pieceRows; ; row++, i++) {
    if (i === pieceRows) {
      piece = pieces[Math.floor(row / pieceRows)];
      i = 0;
    }
    if (piece === undefined) return true;
    const marks = piece.marks[i] ?? 0;
    const key = piece.keys[i] ?? 0;
    const create = piece.creates[i] ?? 0;
    const tombstone = (marks & tombstoneBit) !== 0;
    const version = tombstone ? 0 : (piece.versions[i] ?? 0);
    if ((marks & judgedBit) !== 0) {
      const previous = versions[key] ?? 0;
      if (tombstone ? previous === 0 : previous !== version - 1 || (version > 1 && creates[key] !== create)) return false;
    }
    versions[key] = version;
    creates[key] = create;
    if ((marks & lastBit) !== 0) return true;
  }
}

/**
 * What each row says about the life of its key, collected leaf by leaf in any order, to be followed in
 * order of revision at the end. 21 bytes a row, in pieces that are never copied.
 */
export class Lives {
  private piece = new Piece();
  private readonly pieces = [this.piece];
  private at = 0;
  /** Rows in the pieces before the current one. */
  private before = 0;

  /** The rows that follow are those of a leaf; returns their place. */
  beginLeaf(): number {
    return this.before + this.at;
  }

  row(key: number, create: number, version: number, tombstone: boolean, judged: boolean): void {
    if (this.at === pieceRows) this.nextPiece();
    const { piece, at } = this;
    piece.keys[at] = key;
    piece.creates[at] = create;
    piece.versions[at] = version;
    piece.marks[at] = (tombstone ? tombstoneBit : 0) | (judged ? judgedBit : 0);
    this.at = at + 1;
  }

  endLeaf(): void {
    const { marks } = this.piece;
    marks[this.at - 1] = (marks[this.at - 1] ?? 0) | lastBit;
  }

  /**
   * Whether every row that counts follows from those before it, as `historyOf` has it: a version after its
   * predecessor, a first version after a deletion, a deletion after a version. Null when there were too many
   * rows to remember. `places` are the leaves in order of revision; `keys` is how many keys there are.
   */
  hold(places: Uint32Array, keys: number): boolean | null {
    if (this.before >= mostRows) return null;
    const [creates, versions] = [new Float64Array(keys), new Float64Array(keys)];
    for (const place of places) if (!leafFollows(this.pieces, place, creates, versions)) return false;
    return true;
  }

  /** Beyond the most rows, the last piece is written over: nobody will follow them. */
  private nextPiece(): void {
    this.before += pieceRows;
    this.at = 0;
    if (this.before < mostRows) this.pieces.push((this.piece = new Piece()));
  }
}
