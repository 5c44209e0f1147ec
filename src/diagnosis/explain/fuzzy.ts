/** A literal piece of a known message, as its words. */
interface Piece {
  readonly text: string;
  readonly words: readonly string[];
}

/** Shortest overlap, in characters, of a line that was cut with a message. */
const shortestOverlap = 14;
/** Share of a piece's letters that must be found again, word by word. */
const enough = 0.85;

/** Lower case, one blank between words, quotes and escapes taken out. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[\\"'`“”‘’]/g, '').replace(/[\s_]+/g, ' ').trim();
}

/**
 * Finds the known piece that a line most probably means though it is not written like it: other case,
 * typing errors, a line cut at either end, words masked. `pieces` come in the order of preference.
 * Null when nothing is near enough.
 */
export function nearest(line: string, pieces: readonly string[]): string | null {
  const text = plain(line);
  if (text.length < 10) return null;
  const candidates: Piece[] = pieces.map((piece) => ({ text: plain(piece), words: plain(piece).split(/[^\p{L}\p{N}/.]+/u).filter((word) => word !== '') }));
  const exact = candidates.findIndex((piece) => piece.text.length >= 10 && text.includes(piece.text));
  if (exact !== -1) return pieces[exact]!;
  const cut = cutMatch(text.replace(/[…>.\s]+$/u, '').replace(/^[…<.\s]+/u, ''), candidates);
  if (cut !== -1) return pieces[cut]!;
  const words = text.split(/[^\p{L}\p{N}/.]+/u).filter((word) => word !== '').slice(0, 120);
  let best = -1;
  let bestScore = 0;
  candidates.forEach((piece, index) => {
    if (piece.text.length < 16 || piece.words.filter((word) => word.length > 3).length < 2 || (piece.words.length < 3 && piece.text.length < 20)) return;
    const score = likeness(words, piece.words);
    if (score >= enough && score * piece.text.length > bestScore) {
      bestScore = score * piece.text.length;
      best = index;
    }
  });
  return best === -1 ? null : pieces[best]!;
}

/** A piece whose beginning ends the line, or whose end begins it. */
function cutMatch(text: string, candidates: readonly Piece[]): number {
  let best = -1;
  let longest = shortestOverlap - 1;
  candidates.forEach((piece, index) => {
    for (let n = Math.min(piece.text.length - 1, text.length); n > longest; n--) {
      if (text.endsWith(piece.text.slice(0, n)) || text.startsWith(piece.text.slice(-n))) {
        longest = n;
        best = index;
        return;
      }
    }
  });
  return best;
}

/** Letters of `wanted` that are found in `words`, in order, each word with few errors; 0 to 1. */
function likeness(words: readonly string[], wanted: readonly string[]): number {
  const total = wanted.reduce((sum, word) => sum + word.length, 0);
  let found = 0;
  let from = 0;
  for (const word of wanted) {
    const at = words.findIndex((candidate, index) => index >= from && index < from + 12 && alike(candidate, word));
    if (at === -1) continue;
    found += word.length;
    from = at + 1;
  }
  return total === 0 ? 0 : found / total;
}

/** Equal up to one error in five letters, two in nine. */
function alike(a: string, b: string): boolean {
  if (a === b) return true;
  const allowed = b.length >= 9 ? 2 : b.length >= 4 ? 1 : 0;
  return allowed > 0 && Math.abs(a.length - b.length) <= allowed && distance(a, b, allowed) <= allowed;
}

/** Edit distance with neighbours swapped as one error; gives up beyond `limit`. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return least;
    before = last;
    last = row;
  }
  return last[b.length]!;
}
