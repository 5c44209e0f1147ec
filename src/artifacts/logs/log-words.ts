import { messageFragments } from '../messages/index.js';
import { prefilter } from '../messages/prefilter.js';
import type { RawLine } from '../text/lines.js';

/** Words of known messages; those that stand beside versions; and a message that journald wrote as an array of numbers. */
const words = prefilter([...messageFragments, '-version"', 'd Version', 'r version', 'x version', 't version', 'GitVersion', ' Version:', 'rting k3s', 'rting rke2', '"MESSAGE":[', '"MESSAGE" : [', '"MESSAGE": [']);
/** What a line may hold although another one with the same words holds no known message. */
const wordsWithNumbers = prefilter(messageFragments.filter((fragment) => /\d/.test(fragment)));

/** A cheap look at the bytes of a line: it may hold a known message or a version, or the beginning of one where a pager cut it. */
export function mayMatter({ bytes, start, end }: RawLine): boolean {
  return words.next(bytes, start, end) !== -1 || (end - start > shortestCut && isCut(bytes[end - 1]!, bytes[end - 2]!));
}

/** A pager cuts at the width of the terminal. */
const shortestCut = 60;

/** `>`, or `…` in UTF-8. */
function isCut(last: number, before: number): boolean {
  return last === 0x3e || (last === 0xa6 && before === 0x80);
}

/** The same for a line whose words, numbers aside, are known to hold none. */
export function mayMatterByNumbers({ bytes, start, end }: RawLine): boolean {
  return wordsWithNumbers.next(bytes, start, end) !== -1;
}
