/**
 * What each row says about the life of its key, collected leaf by leaf in any order, to be followed in
 * order of revision at the end. 21 bytes a row, in pieces that are never copied.
 */
export interface Lives {
  /** The rows that follow are those of a leaf; returns their place. */
  beginLeaf(): number;
  row(key: number, create: number, version: number, tombstone: boolean, judged: boolean): void;
  endLeaf(): void;
  /**
   * Whether every row that counts follows from those before it, as `historyOf` has it: a version after its
   * predecessor, a first version after a deletion, a deletion after a version. Null when there were too many
   * rows to remember. `places` are the leaves in order of revision; `keys` is how many keys there are.
   */
  hold(places: Uint32Array, keys: number): boolean | null;
}

const pieceRows = 1 << 13;
const mostRows = 3_000_000;
/** Marks of a row. */
const [tombstoneBit, judgedBit, lastBit] = [1, 2, 4];

interface Piece {
  readonly keys: Uint32Array;
  readonly creates: Float64Array;
  readonly versions: Float64Array;
  readonly marks: Uint8Array;
}

const newPiece = (): Piece => ({ keys: new Uint32Array(pieceRows), creates: new Float64Array(pieceRows), versions: new Float64Array(pieceRows), marks: new Uint8Array(pieceRows) });

/** By key: create revision and version of its newest row so far; version 0 where it does not live. */
interface Newest {
  readonly creates: Float64Array;
  readonly versions: Float64Array;
}

/** Follows the rows of one leaf; false when one contradicts what came before. */
function leafFollows(pieces: readonly Piece[], place: number, { creates, versions }: Newest): boolean {
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

export function livesOfKeys(): Lives {
  const pieces: Piece[] = [newPiece()];
  let piece = pieces[0] ?? newPiece();
  let at = 0;
  let before = 0;
  return {
    beginLeaf: () => before + at,
    row: (key, create, version, tombstone, judged) => {
      if (at === pieceRows) {
        before += pieceRows;
        at = 0;
        if (before < mostRows) pieces.push((piece = newPiece()));
      }
      piece.keys[at] = key;
      piece.creates[at] = create;
      piece.versions[at] = version;
      piece.marks[at] = (tombstone ? tombstoneBit : 0) | (judged ? judgedBit : 0);
      at += 1;
    },
    endLeaf: () => {
      piece.marks[at - 1] = (piece.marks[at - 1] ?? 0) | lastBit;
    },
    hold: (places, keys) => {
      if (before >= mostRows) return null;
      const newest: Newest = { creates: new Float64Array(keys), versions: new Float64Array(keys) };
      for (const place of places) if (!leafFollows(pieces, place, newest)) return false;
      return true;
    },
  };
}
