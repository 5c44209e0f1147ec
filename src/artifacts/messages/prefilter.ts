/**
 * Finds the next place where any of many fragments stands, by the method of Wu and Manber (1994):
 * look at the three bytes at the end of a window as long as the shortest fragment, and skip ahead as
 * far as no fragment could fit. Works on bytes, so a log needs no decoding before it.
 */
export interface Prefilter {
  /** Offset at or after `from` where a fragment begins; -1 when there is none before `to`. */
  next(bytes: Uint8Array, from: number, to: number): number;
  readonly window: number;
}

const tableBits = 17;
const hash = (a: number, b: number, c: number): number => ((a << 10) ^ (b << 5) ^ c) & ((1 << tableBits) - 1);

/** Fragments must have at least three bytes; the longer the shortest one, the faster. */
export function prefilter(fragments: readonly string[]): Prefilter {
  const encoder = new TextEncoder();
  const patterns = fragments.map((fragment) => encoder.encode(fragment));
  const window = Math.min(255, ...patterns.map((pattern) => pattern.length));
  const shift = new Uint8Array(1 << tableBits).fill(window - 2);
  const buckets = new Map<number, Uint8Array[]>();
  for (const pattern of patterns) {
    for (let i = 2; i < window; i++) {
      const h = hash(pattern[i - 2]!, pattern[i - 1]!, pattern[i]!);
      shift[h] = Math.min(shift[h]!, window - 1 - i);
    }
    const h = hash(pattern[window - 3]!, pattern[window - 2]!, pattern[window - 1]!);
    buckets.set(h, [...(buckets.get(h) ?? []), pattern]);
  }
  const fits = (bytes: Uint8Array, at: number, to: number, pattern: Uint8Array): boolean => {
    if (at + pattern.length > to) return false;
    for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false;
    return true;
  };
  return {
    window,
    next(bytes, from, to) {
      let i = from + window - 1;
      while (i < to) {
        const h = ((bytes[i - 2]! << 10) ^ (bytes[i - 1]! << 5) ^ bytes[i]!) & ((1 << tableBits) - 1);
        const step = shift[h]!;
        if (step > 0) {
          i += step;
          continue;
        }
        const start = i - window + 1;
        for (const pattern of buckets.get(h) ?? []) if (fits(bytes, start, to, pattern)) return start;
        i++;
      }
      return -1;
    },
  };
}
