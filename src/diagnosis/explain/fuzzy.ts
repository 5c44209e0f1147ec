/** One way to write a known message: a literal piece of it, or a whole line as an example. */
export interface Wording<T> {
  readonly of: T;
  readonly text: string;
  readonly example: boolean;
}

/** A wording as it is compared. */
interface Prepared<T> {
  readonly of: T;
  readonly text: string;
  readonly words: readonly string[];
  readonly example: boolean;
}

/** Shortest overlap, in characters, of a line that was cut with a message. */
const shortestOverlap = 14;
/** Share of a wording's letters that must be found again, word by word. */
const enough = 0.85;

/** Lower case, one blank between words, quotes and escapes taken out. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[\\"'`“”‘’]/g, '').replace(/[\s_]+/g, ' ').trim();
}

/** The same with paths, addresses, ids and numbers as `#`, so that only the words of a message are left. */
function shape(text: string): string {
  return plain(text).replace(/(?:https?:\/)?\/[^\s,;)\]}]+/g, '#').replace(/\b(?:\d+\.){3}\d+(?::\d+)?\b/g, '#').replace(/\b(?:[0-9a-f]*\d[0-9a-f]*)\b/g, '#').replace(/[\d.]+(?=[a-zµ]{1,2}\b)/g, '#').replace(/#(?:[\s:.,-]*#)+/g, '#');
}

const wordsIn = (text: string): readonly string[] => text.split(/[^\p{L}\p{N}/.]+/u).filter((word) => word !== '');

/** Prepares wordings once; those of one message come in the order of preference. */
export function wordings<T>(list: readonly Wording<T>[]): (line: string) => T | null {
  const prepared: readonly Prepared<T>[] = list.map(({ of, text, example }) => {
    const compared = example ? shape(text) : plain(text);
    return { of, text: compared, words: wordsIn(compared.replace(/#/g, ' ')), example };
  });
  return (line) => nearest(line, prepared);
}

/**
 * The message that a line most probably means though it is not written like it: typing errors, a line
 * cut at either end, values masked. Null when nothing is near enough.
 */
function nearest<T>(line: string, prepared: readonly Prepared<T>[]): T | null {
  const text = plain(line);
  if (text.length < 12) return null;
  const bare = (value: string): string => value.replace(/[…>.\s]+$/u, '').replace(/^[…<.\s]+/u, '');
  const cut = cutMatch(bare(text), bare(shape(line)), prepared);
  const words = wordsIn(shape(line).replace(/#/g, ' ')).slice(0, 120);
  let best: T | null = cut?.of ?? null;
  let bestScore = cut?.length ?? 0;
  for (const wording of prepared) {
    if (wording.text.length < 16 || wording.words.filter((word) => word.length > 3).length < 2 || (wording.words.length < 3 && wording.text.length < 20)) continue;
    const score = likeness(words, wording.words);
    const size = wording.words.reduce((sum, word) => sum + word.length, 0);
    if (score >= enough && score * size > bestScore) {
      bestScore = score * size;
      best = wording.of;
    }
  }
  return best;
}

/** A wording whose beginning ends the line, or whose end begins it; an example that the line is a part of. */
function cutMatch<T>(text: string, shaped: string, prepared: readonly Prepared<T>[]): { readonly of: T; readonly length: number } | null {
  let best: T | null = null;
  let longest = shortestOverlap - 1;
  for (const wording of prepared) {
    if (wording.example) {
      const words = wordsIn(shaped.replace(/#/g, ' ')).filter((word) => word.length > 2);
      if (shaped.length > longest && words.length >= 3 && (wording.text.startsWith(shaped) || wording.text.endsWith(shaped))) {
        longest = shaped.length;
        best = wording.of;
      }
      continue;
    }
    for (let n = Math.min(wording.text.length, text.length); n > longest; n--) {
      if (text.endsWith(wording.text.slice(0, n)) || text.startsWith(wording.text.slice(-n))) {
        longest = n;
        best = wording.of;
        break;
      }
    }
  }
  return best === null ? null : { of: best, length: longest };
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
