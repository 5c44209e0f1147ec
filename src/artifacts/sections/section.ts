import { bytesSource } from '../../formats/source.js';
import type { BundleFile } from '../../intake/bundle.js';
import type { Section, TextLine } from '../reader.js';
import { detectEncoding } from '../text/encoding.js';
import type { TextEncoding } from '../text/encoding.js';
import { lineText, maxLine, rawLines } from '../text/lines.js';
import type { LineRange } from '../text/lines.js';

/** A text file opened for reading in parts. */
export interface TextFile {
  readonly file: BundleFile;
  readonly range: LineRange;
}

/** UTF-16 files up to this size are turned into UTF-8 once, so that they can be cut into sections. */
const wideInMemory = 64 * 2 ** 20;
const headLines = 200;

/** Opens a file as text; null when its bytes are not text. */
export function openText(file: BundleFile): TextFile | null {
  const source = file.open();
  const encoding: TextEncoding = detectEncoding(source);
  if (encoding === 'binary') return null;
  if ((encoding === 'utf-16le' || encoding === 'utf-16be') && source.byteLength <= wideInMemory) {
    const text = new TextDecoder(encoding).decode(source.read(0, source.byteLength));
    const bytes = bytesSource(Buffer.from(text, 'utf8'));
    return { file, range: { source: bytes, encoding: 'utf-8', start: 0, end: bytes.byteLength, firstLine: 1, columns: null } };
  }
  return { file, range: { source, encoding, start: 0, end: source.byteLength, firstLine: 1, columns: null } };
}

/** What is known about a section before anybody reads it. */
export interface SectionFrame {
  readonly range: LineRange;
  readonly host: string | null;
  readonly command: string | null;
  readonly cwd: string | null;
  readonly hostPath: string | null;
}

/** Builds the section that readers see; its lines are decoded anew at each iteration. */
export function makeSection(file: BundleFile, frame: SectionFrame): Section {
  const { range } = frame;
  function* lines(): Generator<TextLine> {
    for (const raw of rawLines(range)) {
      yield { number: raw.number, offset: raw.offset, text: lineText(raw, range.encoding, range.columns) };
    }
  }
  const head: string[] = [];
  let seen = 0;
  for (const { text } of lines()) {
    if (text.trim() !== '') head.push(text);
    if (head.length >= headLines || ++seen > 1000) break;
  }
  return {
    artifact: file.path,
    hostPath: frame.hostPath,
    host: frame.host,
    command: frame.command,
    cwd: frame.cwd,
    firstLine: range.firstLine,
    head,
    lines,
    rawLines: () => rawLines(range),
    text: (raw) => lineText(raw, range.encoding, range.columns),
    reread: (number, offset) => reread(range, number, offset),
    byteLength: range.end - range.start,
    mtime: file.mtimeFromArchive ? file.mtime : null,
  };
}

function reread(range: LineRange, number: number, offset: number): TextLine {
  // Most lines are short: a small read first, the whole line only when it is longer.
  for (const size of [2048, maxLine]) {
    const part = { ...range, start: offset, end: Math.min(range.end, offset + size), firstLine: number };
    for (const raw of rawLines(part)) if (raw.end - raw.start < size - 4 || size === maxLine) return { number, offset, text: lineText(raw, range.encoding, range.columns) };
      else break;
  }
  return { number, offset, text: '' };
}
