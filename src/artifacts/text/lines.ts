import type { ByteSource } from '../../formats/source.js';
import type { TextEncoding } from './encoding.js';
import { drawnLine } from './terminal.js';

/**
 * One line as bytes. `bytes` is shared with other lines and valid only until the iteration goes on:
 * copy what must outlive it.
 */
export interface RawLine {
  /** 1-based. */
  readonly number: number;
  /** Byte offset of its start in the file (in the decoded stream for UTF-16). */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** End without the line end; at most `maxLine` bytes after `start`. */
  readonly end: number;
}

/** A part of a text file: which bytes, how to decode, and the line number of the first. */
export interface LineRange {
  readonly source: ByteSource;
  readonly encoding: Exclude<TextEncoding, 'binary'>;
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  /** Width of the terminal that was recorded, for unwrapping of typed commands. */
  readonly columns: number | null;
}

/** Longest part of a line that is looked at; the rest of a longer line is skipped. */
export const maxLine = 65_536;
const chunkSize = 1 << 20;

/** Splits a range into lines with at most two chunks in memory, whatever the length of a line. */
export function rawLines(range: LineRange): Generator<RawLine> {
  const wide = range.encoding === 'utf-16le' || range.encoding === 'utf-16be';
  return splitLines(wide ? wideChunks(range) : chunks(range), range.firstLine, range.start);
}

/** One buffer for all chunks, where the source can fill it: a line is valid only until the next one is asked for. */
function* chunks({ source, start, end }: LineRange): Generator<Uint8Array> {
  const shared = source.readInto === undefined || end - start <= chunkSize ? null : Buffer.allocUnsafeSlow(chunkSize);
  let at = start;
  while (at < end) {
    const length = Math.min(chunkSize, end - at);
    const bytes = shared === null ? source.read(at, length) : shared.subarray(0, source.readInto!(shared.subarray(0, length), at));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

function* wideChunks(range: LineRange): Generator<Uint8Array> {
  const decoder = new TextDecoder(range.encoding);
  for (const bytes of chunks(range)) yield Buffer.from(decoder.decode(bytes, { stream: true }), 'utf8');
}

const nothing = Buffer.alloc(0);

function* splitLines(parts: Iterable<Uint8Array>, firstLine: number, startOffset: number): Generator<RawLine> {
  let number = firstLine;
  let offset = startOffset;
  let carry = nothing;
  /** Bytes of the unfinished line so far, those beyond `maxLine` included. */
  let carried = 0;
  for (const part of parts) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.length);
    let from = 0;
    for (;;) {
      const newline = bytes.indexOf(10, from);
      if (newline === -1) break;
      const length = newline - from;
      if (carried === 0) {
        yield line(number, offset, bytes, from, Math.min(newline, from + maxLine));
      } else {
        const whole = Buffer.concat([carry, bytes.subarray(from, Math.min(newline, from + Math.max(0, maxLine - carry.length)))]);
        yield line(number, offset, whole, 0, whole.length);
        carry = nothing;
      }
      number++;
      offset += carried + length + 1;
      carried = 0;
      from = newline + 1;
    }
    if (from < bytes.length) {
      const room = maxLine - carry.length;
      if (room > 0) carry = Buffer.concat([carry, bytes.subarray(from, Math.min(bytes.length, from + room))]);
      carried += bytes.length - from;
    }
  }
  if (carried > 0) yield line(number, offset, carry, 0, carry.length);
}

function line(number: number, offset: number, bytes: Uint8Array, start: number, end: number): RawLine {
  let last = end;
  while (last > start && bytes[last - 1] === 13) last--;
  return { number, offset, bytes, start, end: last };
}

const gb = new TextDecoder('gb18030');
const utf8 = new TextDecoder('utf-8');
const strict = new TextDecoder('utf-8', { fatal: true });

/** Decodes one line; a GBK file may hold single UTF-8 lines and the reverse. */
export function lineText(raw: RawLine, encoding: Exclude<TextEncoding, 'binary'>, columns: number | null = null): string {
  const bytes = raw.bytes as Buffer;
  let start = raw.start;
  if (raw.offset === 0 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
  let ascii = true;
  for (let i = start; i < raw.end; i++) {
    if (bytes[i]! >= 0x80) {
      ascii = false;
      break;
    }
  }
  if (ascii) return drawnLine(bytes.toString('latin1', start, raw.end), columns);
  const part = bytes.subarray(start, raw.end);
  if (encoding !== 'gb18030') return drawnLine(utf8.decode(part), columns);
  try {
    return drawnLine(strict.decode(part), columns);
  } catch {
    return drawnLine(gb.decode(part), columns);
  }
}
